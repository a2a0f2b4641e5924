"""A summary in Markdown, as GitHub and GitLab show it: what changed, worst first."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.report.formats.document import Document
from workbench.report.formats.worded import (
    HEADLINES,
    MOST_FLIPS,
    SYMBOLS,
    change_in_figures,
    cut,
    figure,
    worst_first,
)

# GitHub takes at most 1 MiB for a step's summary: with as many rows and letters there is room to spare.
_ROWS, _NAME, _SENTENCE, _ANSWER = 100, 120, 800, 200
_MARKS = re.compile(r"([\\`*_\[\]#|~$!])")
_AT_THE_START = re.compile(r"^([-+=]|\d+(?=[.)]))")
# Characters that steer a terminal or turn the direction of a text.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
# Where GitHub and GitLab would see a mention, an issue, or an address: a space of no width keeps it text.
_LIVE = re.compile(r"@|#|:(?=//)|www(?=\.)|\bGH-|&amp;|[!$~%](?=\w)", re.IGNORECASE)
_APART = "&#8203;"


def markdown_of(document: Document) -> str:
    """The summary. What models, data sets and users wrote in it is text: no markup, no link, no mention."""
    parts = [
        f"## {SYMBOLS[document['outcome']]} {HEADLINES[document['outcome']]}: {_code(document['notebook'])}",
        f"{_prose(document['why'])}.",
        _failure(document["failure"]),
        _changes(document["changes"]),
        _verdicts(document["verdicts"]),
        _gates(document["gates"]),
        _flips(document["flips"]),
        _flaky(document["flaky"]),
        _figures(document["figures"]),
        *(_prose(str(said)) for said in [*document["left_out"], *document["notes"]][:_ROWS]),
        *(_prose(said) for said in document["sees"][:_ROWS]),
        _how_to_reproduce(document),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _failure(failure: Mapping[str, Any] | None) -> str:
    if failure is None:
        return ""
    cell = f", in cell {failure['cell']}" if failure.get("cell") is not None else ""
    heading = f", {_code(failure['heading'])}" if failure.get("heading") else ""
    kind = "" if failure["kind"] == "cell" else f", {_prose(failure['kind'])}"
    return f"**The report is not complete**{kind}{cell}{heading}."


def _changes(changes: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            f"{SYMBOLS[change['verdict']]} **{change['verdict']}**",
            _code(change["dataset"]),
            _code(change["model"]),
            _prose(change.get("title") or change["metric"]),
            figure(change.get("baseline"), change.get("unit")),
            figure(change.get("candidate"), change.get("unit")),
            change_in_figures(change),
            str(change.get("n") or "–"),
            _prose(change.get("note") or ""),
        )
        for change in worst_first(changes)
    ]
    heads = ("", "data set", "model", "metric", "baseline", "candidate", "change, 95 %", "n", "")
    worse = [change for change in changes if change["verdict"] == "worse"]
    said = "\n".join(f"- {_prose(change['said'])}" for change in worse[:_ROWS])
    return "\n\n".join(part for part in (_table(heads, rows), said) if part)


def _verdicts(verdicts: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (f"{SYMBOLS[one['verdict']]} **{one['verdict']}**", _code(one["name"]), _prose(one["said"]))
        for one in worst_first(verdicts)
    ]
    return _table(("", "scores of the notebook's own", ""), rows)


def _gates(gates: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            f"{SYMBOLS['fine']} passed" if gate["passed"] else f"{SYMBOLS['worse']} **failed**",
            _prose(gate["said"]),
        )
        for gate in sorted(gates, key=lambda gate: gate["passed"])
    ]
    return _table(("", "gate"), rows)


def _figures(figures: Sequence[Mapping[str, Any]]) -> str:
    rows = [(_code(one["name"]), figure(one), _prose(one.get("unit") or "")) for one in figures]
    return _table(("figure", "value", "unit"), rows)


def _flips(flips: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            flip["direction"],
            _code(flip["dataset"]),
            _code(flip["model"]),
            _code(flip["sample"]),
            _code(flip.get("target"), _ANSWER),
            _code(flip.get("baseline_answer"), _ANSWER),
            _code(flip.get("candidate_answer"), _ANSWER),
        )
        for flip in sorted(flips, key=lambda flip: flip["direction"] != "lost")
    ]
    heads = ("", "data set", "model", "sample", "wanted", "then", "now")
    lost = sum(flip["direction"] == "lost" for flip in flips)
    title = f"Samples that flipped: {lost} lost, {len(flips) - lost} gained"
    return _folded(title, _table(heads, rows, MOST_FLIPS))


def _flaky(flaky: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            _code(one["dataset"]),
            _code(one["model"]),
            _code(one["sample"]),
            _scores(one.get("baseline_scores", ())),
            _scores(one.get("candidate_scores", ())),
        )
        for one in flaky
    ]
    title = f"Flaky samples, whose repeats disagree: {len(flaky)}"
    return _folded(title, _table(("data set", "model", "sample", "then", "now"), rows, MOST_FLIPS))


def _how_to_reproduce(document: Document) -> str:
    words = ["workbench", "report", document["notebook"]]
    for name, value in document["parameters"].items():
        words += ["-p", name, _value(value)]
    if len(document["candidates"]) == 1:  # without a call: the answers are in the log
        words += ["--replay", document["candidates"][0]["experiment"]]
    return f"Again: {_code(shlex.join(words), _SENTENCE)}"


def _value(value: object) -> str:
    """A parameter as the command takes it: text that would be read as JSON is written as JSON."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value, ensure_ascii=False)


def _table(heads: Iterable[str], rows: Sequence[Sequence[str]], most: int = _ROWS) -> str:
    if not rows:
        return ""
    named = list(heads)
    lines = [_row(named), _row(["---"] * len(named)), *(_row(row) for row in rows[:most])]
    more = f"\n\nand {len(rows) - most} more, see report.json" if len(rows) > most else ""
    return "\n".join(lines) + more


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _folded(title: str, table: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{table}\n\n</details>" if table else ""


def _scores(scores: Iterable[float | None]) -> str:
    shown = ["–" if score is None else f"{score:.3g}" for score in scores]
    return cut(", ".join(shown), _ANSWER)


def _code(text: object, most: int = _NAME) -> str:
    """Foreign text as code, in which nothing is markup, link or mention; also inside a table."""
    if text is None or text == "":
        return "–"
    words = cut(_STEERING.sub(" ", str(text)), most).strip() or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", words)), default=0))
    pad = " " if words.startswith("`") or words.endswith("`") else ""
    # A pipe ends a table's cell even in code, unless it is escaped and its backslash is not.
    words = re.sub(r"(?<=\\)(?=\|)", "\u200b", words).replace("|", r"\|")
    return f"{fence}{pad}{words}{pad}{fence}"


def _prose(text: object) -> str:
    """A sentence with foreign names in it."""
    words = cut(_STEERING.sub(" ", str(text)), _SENTENCE).strip().rstrip(".")
    words = _MARKS.sub(r"\\\1", words)
    words = _LIVE.sub(lambda found: f"{found[0]}\0", html.escape(words, quote=False))
    return _AT_THE_START.sub(r"\\\1", words).replace("\0", _APART)
