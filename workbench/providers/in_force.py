"""The settings in force: those that are read, by us or for some provider, and where each is from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.config import Settings, setting_of
from workbench.config.file import FILE_NAME, KNOWN_SETTINGS
from workbench.providers.hosts import HOSTS

DEFAULTS = {"WORKBENCH_LOG_SYNC": "quarter-second", "LOG_LEVEL": "WARNING"}
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSWORD|HEADERS|^WORKBENCH_LOG$")
_OWN = re.compile("^(WORKBENCH|LLM|OPENAI_COMPATIBLE|MUXI_LLM)_")
_PLACEHOLDER = re.compile("[{|]([A-Z][A-Z0-9_]*)")
_USER = re.compile("(?<=://)[^/@]*(?=@)")


def in_force(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """The settings that are read and are set or have a default: name, value and origin, secrets masked."""
    ours = _names(settings)
    for name in sorted({*ours, *DEFAULTS}):
        value = settings.get(name)
        if value is not None:
            yield name, masked(name, value), settings.origins.get(name, "")
        elif name in DEFAULTS:
            yield name, DEFAULTS[name], "default"


def masked(name: str, value: str) -> str:
    """The value, without the secret that it is or has in it."""
    return "***" if _SECRET.search(name) else _USER.sub("***", value)


def _names(settings: Settings) -> set[str]:
    names = {name for name in settings.values if name in KNOWN_SETTINGS or _OWN.match(name)}
    for host in HOSTS.values():
        texts = (host.base_url, *host.headers.values(), *host.query.values(), *host.options.values())
        further = (host.key, host.listen_key, host.model_key)
        names.update(name for name in further if name is not None)
        names.update(host.other_keys, *map(_PLACEHOLDER.findall, texts))
        names.update(setting_of(host.name, what) for what in ("BASE_URL", "MODEL"))
    for name, changes in settings.providers.items():
        names.update(setting_of(name, what) for what in ("BASE_URL", "MODEL"))
        names.update([changes["key"]] if "key" in changes else [], changes.get("other_keys", ()))
    from_file = {name for name, origin in settings.origins.items() if origin == FILE_NAME}
    return (names & set(settings.values)) | from_file
