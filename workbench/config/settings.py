"""What is set, by name, and the folder where a project keeps its files."""

from __future__ import annotations

import getpass
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NoReturn

from workbench.calls import Secret
from workbench.config.dotenv import read_dotenv
from workbench.config.file import FILE_NAME, read_file
from workbench.config.limits import Limits
from workbench.errors import ConfigError

Sync = Literal["quarter-second", "each"]
"""When the disk has to confirm the rows of the log."""
PROJECT_MARKS = (".workbench", FILE_NAME, "pyproject.toml", ".git")


def project_folder(start: Path | None = None) -> Path:
    """The nearest folder, from `start` upwards, that has one of `PROJECT_MARKS`.

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
        values: Names and values.
        origins: Where each of them is from: `environment`, `.env`, `workbench.toml` or `argument`.
        providers: What the configuration file says of providers, by name: fields of their rows.
        limits: How much may be asked of providers, by name.
    """

    project: Path
    values: Mapping[str, str] = field(repr=False)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
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
    def labeller(self) -> str:
        """Who judges answers here: `WORKBENCH_LABELLER`, or the user's login name.

        Raises:
            ConfigError: It is not set, and the user has no login name.
        """
        named = self.get("WORKBENCH_LABELLER")
        if named is not None:
            return named
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError) as exc:  # as in a container whose user is a mere number
            raise ConfigError("nobody knows who labels here: set WORKBENCH_LABELLER to your name") from exc

    @property
    def default_provider(self) -> str | None:
        """The provider of bare model names: `LLM_PROVIDER`, or the older `PREFERRED_PROVIDER`."""
        return self.get("LLM_PROVIDER", "PREFERRED_PROVIDER")

    @property
    def log_level(self) -> int | None:
        """What of Python's own messages the command shows: `LOG_LEVEL`; `None` where it is not set.

        Raises:
            ConfigError: It is set to something else than a level.
        """
        named = self.get("LOG_LEVEL")
        level = logging.getLevelNamesMapping().get(named.upper()) if named else None
        if named and level is None:
            raise ConfigError(f"LOG_LEVEL is {named!r}: write DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    @property
    def default_model(self) -> str | None:
        """The model that is asked where none is named: `LLM_DEFAULT_MODEL`."""
        return self.get("LLM_DEFAULT_MODEL")


@lru_cache(maxsize=1024)
def setting_of(provider: str, what: str) -> str:
    """The name of a provider's setting: `GROQ_BASE_URL` for `groq` and `BASE_URL`."""
    return f"{re.sub('[^A-Z0-9]', '_', provider.upper())}_{what}"


def load_settings(
    start: Path | None = None,
    environment: Mapping[str, str] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Settings:
    """Read the environment, the project's `.env`, its `workbench.toml` and `arguments`; the later ones count.

    Raises:
        ConfigError: One of the files cannot be read; the message gives its line, never a key that is in it.
    """
    project = project_folder(start)
    file = read_file(project / FILE_NAME)
    # An address in the file counts as much as the file's settings do, whatever .env says.
    addresses = {
        setting_of(name, "BASE_URL"): changes["base_url"]
        for name, changes in file.providers.items()
        if "base_url" in changes
    }
    sources = {
        "environment": os.environ if environment is None else environment,
        ".env": read_dotenv(project / ".env"),
        FILE_NAME: {**addresses, **file.settings},
        "argument": arguments or {},
    }
    return Settings(
        project=project,
        values={name: value for given in sources.values() for name, value in given.items()},
        origins={name: source for source, given in sources.items() for name in given},
        providers=file.providers,
        limits=file.limits,
    )
