"""Settings from the environment and a `.env` file, and the folder where a project keeps its log.

A `.env` file overrides the environment, and what is given at run time overrides both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import parse_stream

from workbench.calls import Secret
from workbench.errors import ConfigError

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
    """What was set, by name. Values are not shown in the repr, since keys are among them.

    Attributes:
        project: The project's folder.
        values: Names and values, those of `.env` before those of the environment.
    """

    project: Path
    values: Mapping[str, str] = field(repr=False)

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

    @property
    def home(self) -> Path:
        """The folder of the log, the cache and the reports: `WORKBENCH_HOME`, or the project's `.workbench`."""
        named = self.get("WORKBENCH_HOME")
        return Path(named).expanduser().resolve() if named else self.project / ".workbench"

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
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read ({exc}): save it as UTF-8 text, one NAME=value a line") from exc
    for binding in bindings:
        # A name without '=' is legal for the parser, but in a file of keys it is a slip of the pen.
        if binding.error or (binding.key is not None and binding.value is None):
            raise ConfigError(f"{path}, line {binding.original.line}: not a setting: write NAME=value")
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}
