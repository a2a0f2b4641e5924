"""What GitHub Actions takes in files: the summary of a job, and the outputs of a step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SUMMARY, OUTPUT = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"


def tell_github(
    summary: str, outputs: Mapping[str, object], environment: Mapping[str, str] | None = None
) -> None:
    """Append a summary and outputs where GitHub Actions says, and do nothing elsewhere.

    Args:
        summary: Markdown.
        outputs: Values of one line, by name.
        environment: Of the process, where not given.

    Raises:
        OSError: A file cannot be written.
    """
    environment = os.environ if environment is None else environment
    lines = "".join(f"{name}={' '.join(str(value).splitlines())}\n" for name, value in outputs.items())
    # Later steps may act upon the outputs: they come first, so that a summary that fails takes none away.
    for setting, text in ((OUTPUT, lines), (SUMMARY, f"{summary}\n")):
        if path := environment.get(setting):
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
