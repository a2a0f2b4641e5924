"""From a provider and a model to the place where the call goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from workbench.calls import Endpoint, Secret
from workbench.config import Settings, setting_of
from workbench.errors import ConfigError
from workbench.providers.hosts import Host
from workbench.providers.names import host_of
from workbench.providers.table import default_host
from workbench.providers.urls import is_web_address

# Of settings, headers and parameters of URLs.
_SECRET = re.compile("key|token|secret|password|authorization|cookie", re.IGNORECASE)
_PLACEHOLDER = re.compile("[{|]([A-Z][A-Z0-9_]*)")


def endpoint(
    provider: str, model: str, settings: Settings, *, base_url: str | None = None, api_key: str | None = None
) -> Endpoint:
    """Where a model's calls go, with the key filled in.

    Args:
        provider: Its name, or an alias.
        model: The model, for hosts that serve some models by another protocol; may be empty.
        settings: Where keys and overriding base URLs are looked up.
        base_url: Overrides the table and the settings.
        api_key: Likewise for the key.

    Raises:
        ConfigError: The provider is unknown, the key is missing or no key, or the base URL is none.
    """
    host = host_of(provider, settings)
    host = host.variants.get(model, host)
    provider = host.name
    own = _address(host, settings)
    url = base_url or own
    if url is None and host.closed:
        raise ConfigError(f"{provider} cannot be asked any more: {host.closed}")
    url = _filled(url or host.base_url, host, settings)
    if "://" not in url and host.base_url.startswith("{"):
        url = f"https://{url}"  # Databricks' own tools take the name of a workspace without it too
    if not is_web_address(url):
        example = host.base_url if url != host.base_url else "https://llm.example.com/v1"
        raise ConfigError(f"base URL {url!r} of {provider} is none: write it like {example!r}")
    secret = Secret(api_key) if api_key else _key(host, settings)
    hint = ""
    if host.key is not None:
        hint = f"set {host.key} in the environment or in {settings.project / '.env'}"
    if secret is None and host.needs_key:
        what = hint or "give api_key, or name the setting that holds it as the provider's key"
        raise ConfigError(f"no key for {provider}: {what}" + (f" (see {host.docs})" if host.docs else ""))
    if secret is not None and "@" in urlsplit(url).netloc:
        raise ConfigError(f"the base URL of {provider} has a user and there is a key too: give one of them")
    if secret is not None and not _may_be_sent(secret.reveal()):
        raise ConfigError(
            f"the key of {provider} has a blank, a line end or a letter beyond ASCII: copy it again; {hint}"
        )
    headers = _headers(host, settings)
    query = {name: _filled(value, host, settings) for name, value in host.query.items()}
    refused = (host.refuses_at.get(value, frozenset()) for value in headers.values())
    return Endpoint(
        provider=provider,
        protocol=host.protocol,
        auth=host.auth,
        base_url=url.rstrip("/"),
        secret=secret,
        auth_header=host.auth_header,
        auth_prefix=host.auth_prefix,
        headers=headers,
        query=query,
        other_secrets=_secrets(host, settings, headers | query),
        options={name: _filled(value, host, settings) for name, value in host.options.items()},
        key_hint=hint,
        renames=host.renames,
        refuses=host.refuses.union(*refused),
        models_path=_listing(host, settings, moved=base_url is not None or own is not None),
        prices=host.prices,
        price_list=host.price_list or provider,
    )


def _listing(host: Host, settings: Settings, *, moved: bool) -> str | None:
    path = host.models_path
    if path is None or "://" not in path:
        return path
    # Another server than the row's has its listing, if any, where its protocol says.
    return None if moved else _filled(path, host, settings)


def has_key(host: Host, settings: Settings) -> bool:
    """Whether a key for this host is set."""
    return _key(host, settings) is not None


def is_configured(host: Host, settings: Settings) -> bool:
    """Whether the user has set anything for this host: a key, its address, or an option without a default."""
    options = (value for value in host.options.values() if value.endswith(":}"))
    return (
        has_key(host, settings)
        or _address(host, settings) is not None
        or any(_filled(value, host, settings) for value in options)
    )


def _key(host: Host, settings: Settings) -> Secret | None:
    own = () if host.key is None else (host.key,)
    names = (*own, *host.other_keys, f"MUXI_LLM_{setting_of(host.name, 'API_KEY')}")
    value = settings.get(*names, *(["LLM_API_KEY"] if _is_default(host, settings) else []))
    return None if value is None else Secret(value)


def _is_default(host: Host, settings: Settings) -> bool:
    default = default_host(settings)
    return default is not None and default.name == host.name


def _address(host: Host, settings: Settings) -> str | None:
    """The address that the user has set."""
    own = settings.get(setting_of(host.name, "BASE_URL"))
    if own is None and settings.get("LLM_BASE_URL") and _is_default(host, settings):
        own = settings.get("LLM_BASE_URL")
    return own or _listening(host, settings)


def _headers(host: Host, settings: Settings) -> dict[str, str]:
    filled = {name: _filled(value, host, settings) for name, value in host.headers.items()}
    return {name: value for name, value in filled.items() if value or not host.headers[name]}


def _secrets(host: Host, settings: Settings, filled: Mapping[str, str]) -> tuple[Secret, ...]:
    """What is a secret in headers and query: by their own names, or by those of the settings in them."""
    written = " ".join((*host.headers.values(), *host.query.values()))
    values = [value for name, value in filled.items() if _SECRET.search(name)]
    values += [settings.get(name) or "" for name in _PLACEHOLDER.findall(written) if _SECRET.search(name)]
    # Of "Bearer abc" a server may repeat the second word alone.
    return tuple(Secret(word) for value in values for word in value.split())


def _filled(text: str, host: Host, settings: Settings) -> str:
    """The text with the settings that it names in braces; a default may name further ones.

    Raises:
        ConfigError: One of them is not set, and has no default.
    """

    def value(found: re.Match[str]) -> str:
        name, has_default, default = found[1].partition(":")
        if (setting := settings.get(*name.split("|"))) is not None:
            return setting.rstrip("/")
        if not has_default:
            raise ConfigError(
                f"{host.name} needs {name}: set it in the environment or in {settings.project / '.env'}"
                + (f" (see {host.docs})" if host.docs else "")
            )
        return _filled(default, host, settings)

    return re.sub(r"{((?:[^{}]|{[^{}]*})*)}", value, text) if "{" in text else text


def _may_be_sent(key: str) -> bool:
    # A header takes nothing else, and the library's error about it would show the key.
    return isinstance(key, str) and key.isascii() and key.isprintable() and " " not in key


def _listening(host: Host, settings: Settings) -> str | None:
    server = settings.get(host.listen_key) if host.listen_key else None
    if server is None:
        return None
    # It may lack the scheme and the port, and the address for all networks cannot be called.
    url = server if "://" in server else f"http://{server}"
    if not is_web_address(url.replace("://:", "://0.0.0.0:")):
        return url
    parts = urlsplit(url)
    name = parts.hostname or "0.0.0.0"  # noqa: S104 - compared, not bound
    name = "127.0.0.1" if name == "0.0.0.0" else f"[{name}]" if ":" in name else name  # noqa: S104
    port = parts.port or (None if "://" in server else urlsplit(host.base_url).port)
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}"
