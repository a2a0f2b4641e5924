"""A project of a user: a folder, its settings, and the `workbench` command, run in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from workbench.log import Log

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
NOBODY = "http://127.0.0.1:9"  # nothing listens there
LOCAL = ("OLLAMA", "LMSTUDIO", "VLLM", "LLAMACPP")


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder of its own; no key, server or setting of the machine is seen from it.

    Attributes:
        folder: Where its commands run.
        settings: Environment variables of all of them.
    """

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **settings: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        nobody = {f"{name}_BASE_URL": NOBODY for name in LOCAL}
        own = {"HOME": str(self.folder.parent), "PYTHONPATH": str(ROOT)}
        return {**kept, **nobody, **own, **self.settings, **settings}

    def start(self, *command: str, **settings: str) -> subprocess.Popen[str]:
        """`python …` in the project's folder, with pipes for what it says; a session of its own."""
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def workbench(self, *arguments: str, **settings: str) -> Said:
        """`workbench …`, waited for."""
        process = self.start("-m", "workbench", *arguments, **settings)
        out, err = process.communicate(timeout=120)
        return Said(code=process.returncode, out=out, err=err)

    @property
    def home(self) -> Path:
        return self.folder / ".workbench"

    @property
    def log(self) -> Log:
        return Log(self.home)

    def experiments(self) -> list[str]:
        """The experiments of the log, oldest first."""
        runs = self.log.sql("SELECT experiment FROM runs GROUP BY experiment ORDER BY min(started_at)")
        return [str(name) for name in runs["experiment"]]

    def statuses(self, experiment: str | None = None) -> dict[str, int]:
        """How many calls of the log, or of an experiment, ended how; every id counts once."""
        calls = self.log.calls(experiment=experiment)
        assert calls["id"].is_unique
        return {str(status): int(count) for status, count in calls["status"].value_counts().items()}

    def holds(self, words: str) -> list[Path]:
        """The files of the project in which these words stand as they are."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path for path in files if words.encode() in path.read_bytes()]


def errors_in(notebook: Path) -> list[str]:
    """What went wrong in an executed notebook."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output["evalue"] for output in outputs if output["output_type"] == "error"]
