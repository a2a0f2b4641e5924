"""Who evaluates: a program each, which asks every sample of the same set, scores it, and keeps a log.

Each is used as its own documentation shows it, with retries, caches and logs as installed; displays are off.
All compare the whole answer with the target, which it equals.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Protocol

from clients import KEY, QUESTION
from rounds import installed
from server import ANSWER

AT_ONCE = 50
TARGET = str(ANSWER["choices"][0]["message"]["content"]).strip()  # type: ignore[index]
PROMPTFOO = "WORKBENCH_BENCH_PROMPTFOO"


def questions(samples: int) -> list[str]:
    """What is asked: no two are the same, so that no cache has an answer."""
    return [f"{number}: {QUESTION}" for number in range(samples)]


class Evaluator(Protocol):
    """What is measured."""

    def version(self) -> str | None:
        """The version that would be measured; `None` where it is not installed."""

    def remedy(self) -> str:
        """How to get it."""

    def prepare(self, url: str, samples: int, home: Path) -> tuple[list[str], dict[str, str]]:
        """The command that evaluates, and what its environment has besides; it writes into `home` alone."""

    def log(self, home: Path) -> Path:
        """Where it keeps what it did."""


class InPython:
    """One that is a library: it runs in `evaluate_load.py`."""

    def __init__(self, package: str) -> None:
        self._package = package

    def version(self) -> str | None:
        """Of the package."""
        return installed(self._package)

    def remedy(self) -> str:
        """Where the extra is."""
        return f"{self._package} is not installed and was not measured: pip install '.[bench]'"

    def prepare(self, url: str, samples: int, home: Path) -> tuple[list[str], dict[str, str]]:
        """Without anything but its home."""
        program = str(Path(__file__).with_name("evaluate_load.py"))
        return [sys.executable, program, self._package, url, str(samples), str(home)], {}

    def log(self, home: Path) -> Path:
        """All that is written."""
        return home


class Promptfoo:
    """The command of promptfoo, on the path or named in the environment."""

    def version(self) -> str | None:
        """As its package says, beside which npm puts the command."""
        if (command := self.command()) is None:
            return None
        for folder in Path(command).resolve().parents:
            package = folder / "package.json"
            said = json.loads(package.read_text("utf-8")) if package.exists() else {}
            if said.get("name") == "promptfoo":
                return str(said["version"])
        return "?"

    def remedy(self) -> str:
        """For a folder that is none of ours: it has a thousand packages."""
        return (
            "promptfoo is not installed and was not measured: `npm install promptfoo` in a folder of its "
            f"own, and name its node_modules/.bin/promptfoo in {PROMPTFOO}"
        )

    def prepare(self, url: str, samples: int, home: Path) -> tuple[list[str], dict[str, str]]:
        """A configuration file, with the tests in it."""
        right = {"type": "javascript", "value": "output.trim() === context.vars.target"}
        config = {
            "prompts": ["{{question}}"],
            "providers": [{"id": "openai:chat:model", "config": {"apiBaseUrl": url, "apiKey": KEY}}],
            "defaultTest": {"assert": [right]},
            "tests": [{"vars": {"question": text, "target": TARGET}} for text in questions(samples)],
        }
        path = home / "promptfooconfig.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        command = self.command()
        assert command is not None
        return (
            [command, "eval", "-c", str(path), "-j", str(AT_ONCE), "--no-table", "--no-progress-bar"],
            self.environment(home),
        )

    def environment(self, home: Path) -> dict[str, str]:
        """By which it writes into `home` alone, and asks nobody on the network."""
        # The file of its debugging messages as well: closing it is what 1,000 samples fail of (0.121).
        off = ("TELEMETRY", "UPDATE", "SHARING", "REMOTE_GENERATION", "DEBUG_LOG")
        return {
            "PROMPTFOO_CONFIG_DIR": str(home / "own"),
            **{f"PROMPTFOO_DISABLE_{name}": "1" for name in off},
        }

    def log(self, home: Path) -> Path:
        """Its database, logs and cache."""
        return home / "own"

    def command(self) -> str | None:
        """Where it is; `None` where it is not installed."""
        return os.environ.get(PROMPTFOO) or shutil.which("promptfoo")


EVALUATORS: dict[str, Evaluator] = {
    "workbench": InPython("llm-workbench"),
    "Inspect AI": InPython("inspect-ai"),
    "promptfoo": Promptfoo(),
}
"""By the name of the table's row; the first one is ours."""
