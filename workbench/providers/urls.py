"""From the address of a server to its row."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit

from workbench.errors import ConfigError
from workbench.providers.hosts import HOSTS, Host


def host_for_url(base_url: str) -> Host:
    """The row for any OpenAI-compatible server: that of the host whose URL it is, else a new one named by it.

    The key of a new one is looked up under no name: give it with the call, where the server wants one.

    Raises:
        ConfigError: It is no URL of a server.
    """
    if not is_web_address(base_url):
        raise ConfigError(f"base URL {base_url!r} is none: write it like 'http://127.0.0.1:8000/v1'")
    name = urlsplit(base_url).netloc.rpartition("@")[2]  # a password in the URL is nobody's name
    place = name.lower().replace("localhost", "127.0.0.1", 1)
    for host in HOSTS.values():
        # An address that speaks another protocol at home may speak OpenAI's under another path.
        speaks = host.protocol == "openai" or base_url.rstrip("/") == host.base_url
        if speaks and _is_at(host, place):
            return replace(host, base_url=base_url, closed="")
    return Host(name=name, base_url=base_url, needs_key=False)


def _is_at(host: Host, place: str) -> bool:
    if urlsplit(host.base_url).netloc == place:
        return True
    return any(fnmatchcase(place, domain) for domain in host.domains)


@lru_cache(maxsize=256)
def is_web_address(url: str) -> bool:
    """Whether it is a URL that can be called."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, half of an IPv6 address
        return False
