"""What GitHub Actions shows beside a run: workflow commands for standard output.

Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from workbench.report.formats.document import Document
from workbench.report.formats.worded import cut

Level = Literal["error", "warning", "notice"]
MOST = 10
"""So many of a level are shown for one step."""
_LETTERS = 1000


def annotations_of(document: Document) -> list[str]:
    """One command a line: errors for what fails, notices for what got better, warnings for the rest.

    At most ten of each, the last of which says how many there are more.
    """
    found: dict[Level, list[tuple[str, str]]] = {"error": [], "warning": [], "notice": []}
    for level, title, said in _told(document):
        found[level].append((title, said))
    return [_command(level, *one) for level, told in found.items() for one in _shown(told)]


def _told(document: Document) -> Iterator[tuple[Level, str, str]]:
    worse: Level = "warning" if document["fail_on"] == "never" else "error"
    undecided: Level = "error" if document["fail_on"] == "undecided" else "warning"
    if document["outcome"] == "failed":
        yield "error", f"{document['notebook']} could not run", document["why"]
    for title, said in _judged(document, "worse"):
        yield worse, title, said
    for gate in document["gates"]:
        if not gate["passed"]:
            yield worse, f"gate failed: {gate['name']}", gate["said"]
    for model in document["missing"]:
        yield undecided, f"missing: {model}", f"{model} is in the baseline, but was not asked now"
    unknown = list(_judged(document, "undecided"))
    if undecided == "warning" and len(unknown) > 1:  # there are some in most reports, and one line is enough
        yield undecided, f"{len(unknown)} undecided", "; ".join(said for _, said in unknown)
    else:
        yield from ((undecided, title, said) for title, said in unknown)
    for title, said in _judged(document, "better"):
        yield "notice", title, said


def _judged(document: Document, verdict: str) -> Iterator[tuple[str, str]]:
    for one in document["changes"]:
        if one["verdict"] == verdict:
            yield f"{verdict}: {one['model']}, {one['metric']} on {one['dataset']}", one["said"]
    for one in document["verdicts"]:
        if one["verdict"] == verdict:
            yield f"{verdict}: {one['name']}", one["said"]


def _shown(told: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(told) <= MOST:
        return list(told)
    return [*told[: MOST - 1], ("more", f"and {len(told) - MOST + 1} more: see report.json")]


def _command(level: Level, title: str, said: str) -> str:
    return f"::{level} title={_property(cut(title, 200))}::{_data(cut(said, _LETTERS))}"


def _data(text: str) -> str:
    """A message: `%` first, or what is written for a line's end would be escaped again."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    # Other ends of lines, and `##[`, an older form of commands that is obeyed anywhere in a line.
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", text).replace("##[", "## [")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
