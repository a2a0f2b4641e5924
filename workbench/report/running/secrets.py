"""Keys and passwords, which are in no report."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from workbench.calls import Secret
from workbench.config import Settings
from workbench.providers import HOSTS

_NAME = re.compile("(key|token|secret|password|passwd)$", re.IGNORECASE)
_PARAMETER = re.compile("(api_?key|access_?key|token|secret|password|passwd|credentials?)$", re.IGNORECASE)
# A password in an address, and what begins as keys do.
_LOOKS_SECRET = re.compile(
    r"(?<=://)[^/\s@]*:[^/\s@]+(?=@)"
    r"|\b(?:sk-|gsk_|hf_|xai-|pplx-|ghp_|github_pat_|AIza|AKIA)(?=[\w-]*\d)[\w-]{16,}"
)
STARS = "***"


class Secrets:
    """Takes secrets out of whatever is going to be written.

    Args:
        settings: The keys are the values whose names end in KEY, TOKEN, SECRET or PASSWORD, or that the
            configuration names as a provider's key; and the passwords in addresses.
    """

    def __init__(self, settings: Settings) -> None:
        named = {
            name
            for fields in settings.providers.values()
            for name in (fields.get("key"), *fields.get("other_keys", ()))
        }
        values = settings.values.items()
        found = {value.strip() for name, value in values if _NAME.search(name) or name in named}
        found |= {unquote(password) for password in _passwords(settings.values.values())}
        # A key that is a provider's name is a placeholder, and its stars would stand all over the report.
        ways = {way for value in found if value not in HOSTS for way in _ways_to_write(value)}
        self._secrets = [Secret(way) for way in sorted(ways, key=lambda way: (-len(way), way))]

    def hide(self, value: Any) -> Any:
        """The value with stars in place of secrets, in all texts within it; a key of it may be one too."""
        if isinstance(value, str):
            for secret in self._secrets:
                value = secret.redact(value)
            return value
        if isinstance(value, dict):  # and a notebook's own kind of it stays what it is
            return type(value)({self.hide(name): self.hide(part) for name, part in value.items()})
        if isinstance(value, list):
            return [self.hide(part) for part in value]
        return value

    def masked(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters of a notebook, with stars for what is a secret by its name, its value or its looks."""
        return {
            name: STARS if _PARAMETER.search(name) else self._masked(value)
            for name, value in parameters.items()
        }

    def _masked(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.masked(value)
        if isinstance(value, list):
            return [self._masked(part) for part in value]
        return _LOOKS_SECRET.sub(STARS, self.hide(value)) if isinstance(value, str) else value


def _passwords(values: Iterable[str]) -> Iterable[str]:
    for value in values:
        if "://" in value and "@" in value:
            try:
                yield urlsplit(value).password or ""
            except ValueError:  # not an address after all
                continue


def _ways_to_write(key: str) -> set[str]:
    """Plainly, in a page, in Python's repr and in an address; in JSON it is the secret's own affair."""
    return {key, html.escape(key), repr(key)[1:-1], quote(key, safe="")}
