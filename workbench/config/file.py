"""The configuration file `workbench.toml`: settings, providers and limits that a project shares.

Keys do not belong in it, since it is meant to be in the repository: it names the settings that hold them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from workbench.config.fields import LIMIT_FIELDS, NAME, PROVIDER_FIELDS, Kind
from workbench.config.limits import Limits
from workbench.errors import ConfigError

FILE_NAME = "workbench.toml"
# What a slip of the pen in [settings] is compared with; providers have settings of their own beside these.
KNOWN_SETTINGS = (
    "LLM_BASE_URL",
    "LLM_DEFAULT_MODEL",
    "LLM_PROVIDER",
    "LOG_LEVEL",
    "OPENAI_COMPATIBLE_BASE_URL",
    "OPENAI_COMPATIBLE_CUSTOM_HEADERS",
    "OPENAI_COMPATIBLE_ENABLED",
    "OPENAI_COMPATIBLE_MODEL",
    "OPENAI_COMPATIBLE_PROVIDER_NAME",
    "PREFERRED_PROVIDER",
    "WORKBENCH_HOME",
    "WORKBENCH_LABELLER",
    "WORKBENCH_LOG",
    "WORKBENCH_LOG_SYNC",
    "WORKBENCH_REDACT",
    "WORKBENCH_REPLAY",
)
_SECRET = re.compile("_(KEY|TOKEN|SECRET|PASSWORD)$")
_SECRET_HEADER = re.compile("key|token|secret|password|authorization|cookie", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Configured:
    """What the file says.

    Attributes:
        settings: Names and values.
        providers: By name, what is new or other about a provider: fields of its row in the table.
        limits: By name, how much may be asked of it.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)


def read_file(path: Path) -> Configured:
    """Read a configuration file; nothing where there is none.

    Raises:
        ConfigError: It cannot be read, has a name that is not known, or a value of the wrong kind; the
            message has the line.
    """
    if not path.is_file():
        return Configured()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}") from exc
    return _File(path, text).configured()


class _File:
    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        try:
            self._content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as exc:
            found = re.search(r"\(at line (\d+)", str(exc))
            line = f", line {found[1]}" if found else ""
            raise ConfigError(f"{path}{line}: not TOML: {str(exc).partition(' (at')[0]}") from None

    def configured(self) -> Configured:
        for name, table in self._content.items():
            self._known((name,), ("settings", "providers", "limits"))
            self._table((name,), table)
        nested = {name: self._content.get(name, {}) for name in ("providers", "limits")}
        return Configured(
            settings={
                name: self._setting(("settings", name), value)
                for name, value in self._content.get("settings", {}).items()
            },
            providers={
                name: self._fields(("providers", name), table, PROVIDER_FIELDS)
                for name, table in nested["providers"].items()
            },
            limits={
                name: Limits(**self._fields(("limits", name), table, LIMIT_FIELDS))
                for name, table in nested["limits"].items()
            },
        )

    def _fields(self, at: tuple[str, ...], table: Any, kinds: Mapping[str, Kind]) -> dict[str, Any]:
        self._table(at, table)
        read = {}
        for name, value in table.items():
            self._known((*at, name), tuple(kinds))
            wanted, convert = kinds[name]
            try:
                read[name] = convert(value)
            except (TypeError, ValueError, ArithmeticError):
                self._fail((*at, name), f"{name} has to be {wanted}")
        for header, value in read.get("headers", {}).items():
            if _SECRET_HEADER.search(header) and "{" not in value:
                self._fail(
                    (*at, "headers"),
                    f"{header} is a secret: write it into .env, and here the name of that setting, "
                    f"{header} = '{{MY_API_KEY}}'",
                )
        return read

    def _setting(self, at: tuple[str, ...], value: Any) -> str:
        name = at[-1]
        if not NAME.fullmatch(name):
            self._fail(at, f"{name!r} is no name of a setting: write it like 'LLM_PROVIDER'")
        if _SECRET.search(name):
            self._fail(at, f"{name} is a secret: write it into .env, which is not shared, and not here")
        close = get_close_matches(name, KNOWN_SETTINGS, n=1, cutoff=0.87)
        if name not in KNOWN_SETTINGS and close:
            self._fail(at, f"no setting {name!r}: did you mean {close[0]!r}?")
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, (str, int, float)):
            self._fail(at, f"{name} has to be a text, a number, true or false")
        return str(value)

    def _table(self, at: tuple[str, ...], value: Any) -> None:
        if not isinstance(value, dict):
            self._fail(at, f"{at[-1]} has to be a table: write [{'.'.join(at)}]")

    def _known(self, at: tuple[str, ...], names: tuple[str, ...]) -> None:
        if at[-1] not in names:
            close = get_close_matches(at[-1], names, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"write one of {', '.join(names)}"
            self._fail(at, f"no {at[-1]!r} here: {hint}")

    def _fail(self, at: tuple[str, ...], problem: str) -> NoReturn:
        line = _line_of(self._lines, at)
        where = f", line {line}" if line else ""
        # The value is not quoted: it may be a key that stands in the wrong place.
        raise ConfigError(f"{self._path}{where}: {problem}") from None


def _line_of(lines: list[str], at: tuple[str, ...]) -> int | None:
    """The line, from 1, where a name is first written; tables are headers or dotted names."""
    section: tuple[str, ...] = ()
    for number, line in enumerate(lines, 1):
        if header := re.match(r"\s*\[\[?([^\]]+)\]", line):
            section = written = _parts(header[1])
        elif name := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            written = (*section, *_parts(name[1]))
        else:
            continue
        if written[: len(at)] == at:
            return number
    return None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part or plain for part, plain in re.findall(r"[\"']([^\"']*)[\"']|([\w-]+)", dotted))
