"""Settings from the environment and a `.env` file, and the folder where a project keeps its log.

A `.env` file overrides the environment, and what is given at run time overrides both.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from dotenv.parser import parse_stream

from workbench.calls import Secret
from workbench.errors import ConfigError

Sync = Literal["quarter-second", "each"]
"""When the disk has to confirm the rows of the log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much may be asked of one provider; `None` is as much as the client otherwise allows.

    Attributes:
        concurrency: Calls under way at once, at least 1.
        requests_per_minute: Requests begun within a minute, at least 1.
        tokens_per_minute: Tokens of input and output within a minute, at least 1.
    """

    concurrency: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


PROJECT_MARKS = (".workbench", "pyproject.toml", ".git")


def project_folder(start: Path | None = None) -> Path:
    """The nearest folder, from `start` upwards, that has a `.workbench`, a `pyproject.toml` or a `.git`.

    `start` itself (the current folder where not given) if there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if any((folder / mark).exists() for mark in PROJECT_MARKS):
            return folder
    return start


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What was set, by name. Values are in no repr and no pickle, since keys are among them.

    Attributes:
        project: The project's folder.
        values: Names and values, those of `.env` before those of the environment.
        limits: What may be asked of providers, by name.
    """

    project: Path
    values: Mapping[str, str] = field(repr=False)
    limits: Mapping[str, Limits] = field(default_factory=dict)

    def get(self, *names: str) -> str | None:
        """The first of these names that is set to something."""
        for name in names:
            if value := self.values.get(name, "").strip():
                return value
        return None

    def secret(self, name: str) -> Secret | None:
        """The key of that name, hidden."""
        value = self.get(name)
        return None if value is None else Secret(value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("settings hold keys and are not pickled: call load_settings() where you need them")

    @property
    def home(self) -> Path:
        """The folder of log and reports: `WORKBENCH_HOME`, or the project's `.workbench`."""
        named = self.get("WORKBENCH_HOME")
        return Path(named).expanduser().resolve() if named else self.project / ".workbench"

    @property
    def shared_log(self) -> Secret | None:
        """The shared store that the log is in, with its password: `WORKBENCH_LOG`; `None` is the home."""
        return self.secret("WORKBENCH_LOG")

    @property
    def log_sync(self) -> Sync:
        """When the disk has to confirm the rows of the log: `WORKBENCH_LOG_SYNC`.

        Raises:
            ConfigError: It is set to something else.
        """
        named = self.get("WORKBENCH_LOG_SYNC")
        if named == "each":
            return "each"
        if named in {None, "quarter-second"}:
            return "quarter-second"
        raise ConfigError(
            f"WORKBENCH_LOG_SYNC is {named!r}: write 'each', so that calls outlive a loss of power at once, "
            "or 'quarter-second'"
        )

    @property
    def default_provider(self) -> str | None:
        """The provider of bare model names: `LLM_PROVIDER`."""
        return self.get("LLM_PROVIDER")


def load_settings(start: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment and the project's `.env`.

    Raises:
        ConfigError: The `.env` file cannot be read; the message gives its line, never what is in it.
    """
    project = project_folder(start)
    values = dict(os.environ if environment is None else environment)
    values.update(_dotenv(project / ".env"))
    return Settings(project=project, values=values)


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror}") from exc
    bindings = list(parse_stream(io.StringIO(_text(path, content))))
    for binding in bindings:
        # A name without '=' is legal for the parser, but in a file of keys it is a slip of the pen.
        if binding.error or (binding.key is not None and binding.value is None):
            # The parser counts from the end of the line before, blank lines included.
            text = binding.original.string
            line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            raise ConfigError(f"{path}, line {line}: not a setting: write NAME=value")
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
    # Not chained: the decoder's error has the whole file in it, and with it the keys.
    raise ConfigError(f"{path}, line {line}: not UTF-8: save the file as UTF-8 text, one NAME=value a line")
