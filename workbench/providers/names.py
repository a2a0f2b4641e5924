"""From the name that a user writes to the place where the call goes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from workbench.calls import Endpoint, Secret
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.providers.hosts import HOSTS, Host


def split_name(name: str, default_provider: str | None = None) -> tuple[str, str]:
    """Provider and model of `provider/model` or `provider:model`, split at the first separator.

    A name that begins with no known provider belongs to the default provider, where one is set, so that
    `meta-llama/llama-4` or `llama3:8b` can be written bare.

    Raises:
        ConfigError: The provider is unknown, or there is none and no default either.
    """
    head, separator, model = _cut(name.strip())
    if separator and head in HOSTS:
        if not model:
            raise ConfigError(f"no model in {name!r}: write '{head}/model'")
        return head, model
    if default_provider is not None:
        if default_provider not in HOSTS:
            wrong = f"the default provider {default_provider!r} (LLM_PROVIDER) is unknown"
            raise ConfigError(f"{wrong}: {_known(default_provider)}")
        return default_provider, name.strip()
    if separator:
        raise ConfigError(f"unknown provider {head!r} in {name!r}: {_known(head)}")
    raise ConfigError(
        f"no provider in {name!r}: write 'provider/model', provider being one of {', '.join(HOSTS)}"
    )


def endpoint(
    provider: str, model: str, settings: Settings, *, base_url: str | None = None, api_key: str | None = None
) -> Endpoint:
    """Where a model's calls go, with the key filled in.

    Args:
        provider: A name of the table.
        model: The model, for hosts that serve some models by another protocol; may be empty.
        settings: Where keys and overriding base URLs are looked up.
        base_url: Overrides the table and the settings.
        api_key: Likewise for the key.

    Raises:
        ConfigError: The provider is unknown, the key is missing or no key, or the base URL is none.
    """
    if provider not in HOSTS:
        raise ConfigError(f"unknown provider {provider!r}: {_known(provider)}")
    host = HOSTS[provider]
    host = host.variants.get(model, host)
    if host.closed:
        raise ConfigError(f"{provider} cannot be asked any more: {host.closed}")
    url = base_url or settings.get(_url_setting(provider)) or _listening(host, settings)
    url = url or _filled(host.base_url, host, settings)
    if not _is_web_address(url):
        raise ConfigError(f"base URL {url!r} of {provider} is none: write it like {host.base_url!r}")
    secret = Secret(api_key) if api_key else _key(host, settings)
    hint = ""
    if host.key is not None:
        hint = f"set {host.key} in the environment or in {settings.project / '.env'}"
    if secret is None and host.needs_key:
        raise ConfigError(f"no key for {provider}: {hint}" + (f" (see {host.docs})" if host.docs else ""))
    if secret is not None and "@" in urlsplit(url).netloc:
        raise ConfigError(f"the base URL of {provider} has a user and there is a key too: give one of them")
    if secret is not None and not _may_be_sent(secret.reveal()):
        raise ConfigError(
            f"the key of {provider} has a blank, a line end or a letter beyond ASCII: copy it again; {hint}"
        )
    return Endpoint(
        provider=provider,
        protocol=host.protocol,
        auth=host.auth,
        base_url=url.rstrip("/"),
        secret=secret,
        auth_header=host.auth_header,
        auth_prefix=host.auth_prefix,
        headers=host.headers,
        query={name: _filled(value, host, settings) for name, value in host.query.items()},
        options={name: _filled(value, host, settings) for name, value in host.options.items()},
        key_hint=hint,
        renames=host.renames,
        refuses=host.refuses,
        models_path=host.models_path,
        prices=host.prices,
        price_list=host.price_list or provider,
    )


def host_for_url(base_url: str) -> Host:
    """The row for any OpenAI-compatible server: that of the host whose URL it is, else a new one named by it.

    The key of a new one is looked up under no name: give it with the call, where the server wants one.

    Raises:
        ConfigError: It is no URL of a server.
    """
    if not _is_web_address(base_url):
        raise ConfigError(f"base URL {base_url!r} is none: write it like 'http://127.0.0.1:8000/v1'")
    name = urlsplit(base_url).netloc.rpartition("@")[2]  # a password in the URL is nobody's name
    for host in HOSTS.values():
        # An address that speaks another protocol at home may speak OpenAI's under another path.
        speaks = host.protocol == "openai" or base_url.rstrip("/") == host.base_url
        if urlsplit(host.base_url).netloc == name and speaks:
            return replace(host, base_url=base_url)
    return Host(name=name, base_url=base_url, needs_key=False)


def has_key(host: Host, settings: Settings) -> bool:
    """Whether a key for this host is set."""
    return _key(host, settings) is not None


def is_configured(host: Host, settings: Settings) -> bool:
    """Whether the user has set anything for this host: a key, or its address."""
    address = settings.get(_url_setting(host.name)) or _listening(host, settings)
    return has_key(host, settings) or address is not None


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names most like this one, the best first; by letters, case aside."""
    folded = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(name.lower(), folded, n=most, cutoff=0.4)
    return [folded[candidate] for candidate in found]


def _key(host: Host, settings: Settings) -> Secret | None:
    names = (*([] if host.key is None else [host.key]), *host.other_keys)
    value = settings.get(*names)
    return None if value is None else Secret(value)


def _filled(text: str, host: Host, settings: Settings) -> str:
    """The text with the settings that it names in braces.

    Raises:
        ConfigError: One of them is not set, and has no default.
    """

    def value(found: re.Match[str]) -> str:
        name, has_default, default = found[1].partition(":")
        if (setting := settings.get(name)) is not None:
            return setting
        if not has_default:
            raise ConfigError(
                f"{host.name} needs {name}: set it in the environment or in {settings.project / '.env'}"
                + (f" (see {host.docs})" if host.docs else "")
            )
        return default

    return re.sub(r"{([^}]*)}", value, text) if "{" in text else text


def _cut(name: str) -> tuple[str, str, str]:
    found = re.search("[/:]", name)
    return (name[: found.start()], found[0], name[found.end() :]) if found else (name, "", "")


def _known(wrong: str) -> str:
    close = nearest(wrong, HOSTS, most=1)
    everyone = f"nown are {', '.join(HOSTS)}"
    return f"did you mean {close[0]!r}? K{everyone}" if close else f"k{everyone}"


@lru_cache(maxsize=256)
def _url_setting(provider: str) -> str:
    return f"{re.sub('[^A-Z0-9]', '_', provider.upper())}_BASE_URL"


@lru_cache(maxsize=256)
def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, half of an IPv6 address
        return False


def _may_be_sent(key: str) -> bool:
    # A header takes nothing else, and the library's error about it would show the key.
    return key.isascii() and key.isprintable() and " " not in key


def _listening(host: Host, settings: Settings) -> str | None:
    server = settings.get(host.listen_key) if host.listen_key else None
    if server is None:
        return None
    # It may lack the scheme and the port, and the address for all networks cannot be called.
    url = server if "://" in server else f"http://{server}"
    if not _is_web_address(url.replace("://:", "://0.0.0.0:")):
        return url
    parts = urlsplit(url)
    name = parts.hostname or "0.0.0.0"  # noqa: S104 - compared, not bound
    name = "127.0.0.1" if name == "0.0.0.0" else f"[{name}]" if ":" in name else name  # noqa: S104
    port = parts.port or (None if "://" in server else urlsplit(host.base_url).port)
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}"
