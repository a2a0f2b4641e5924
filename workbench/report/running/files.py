"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from workbench.errors import ConfigError


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever opens it finds the text of before or the new one, and no half of it.

    Raises:
        OSError: It cannot be written, as on a full disk; what was there before still is.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)  # the notebook may have cleared it away
        # A model may write half a character, which is no UTF-8.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def prepare(folder: Path) -> None:
    """Make a folder and see that it can be written: better before money is spent.

    Raises:
        ConfigError: It cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        raise ConfigError(
            f"the report cannot be written to {str(folder)!r} ({exc.strerror}): name a folder with --out"
        ) from exc
