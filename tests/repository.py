"""A git repository in a folder of a test's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class Repository:
    """A new one; what the user has configured, and a hook that runs the tests, do not matter to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        command = ["git", "-C", str(self.folder), *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=own).stdout.strip()

    def commit(self, **files: str) -> str:
        """Write files, commit them, and give the commit."""
        for name, content in files.items():
            (self.folder / name).write_text(content)
        self.git("add", *files)
        self.git("commit", "--quiet", "--message=x")
        return self.git("rev-parse", "HEAD")
