"""A data set as a notebook shows it: what it has, and its first samples. All text in it is escaped."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Sequence

from workbench.evals.sample import Sample

_ROWS = 5
_COUNTS = 12
_LONGEST = 200
_CELL = "text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere"
_COLUMNS = ("id", "category", "input", "target", "scorer")


def shown(title: str, samples: Sequence[Sample]) -> str:
    """HTML: a title, counts by category, cluster and split, and the first samples, long texts cut."""
    counts = [
        _counts(one, several, (getattr(sample, one) for sample in samples))
        for one, several in (("category", "categories"), ("cluster", "clusters"), ("split", "splits"))
    ]
    facts = "".join(f"<p>{html.escape(line)}</p>" for line in [title, *filter(None, counts)])
    head = "".join(f'<th scope="col" style="{_CELL};min-width:6em">{name}</th>' for name in _COLUMNS)
    rows = "".join(f"<tr>{''.join(map(_cell, _texts(sample)))}</tr>" for sample in samples[:_ROWS])
    more = f"<p>and {len(samples) - _ROWS:,} more</p>" if len(samples) > _ROWS else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="mathjax_ignore tex2jax_ignore">{facts}{table}{more}</div>'


def _texts(sample: Sample) -> list[str]:
    return [
        str(value or "") for value in (sample.id, sample.category, sample.asked, sample.target, sample.scorer)
    ]


def _cell(text: str) -> str:
    return f'<td style="{_CELL}">{html.escape(_cut(text))}</td>'


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _counts(one: str, several: str, values: Iterable[str | None]) -> str:
    found = Counter(value for value in values if value is not None)
    if not found:
        return ""
    listed = ", ".join(f"{_cut(name)} ({times:,})" for name, times in found.most_common(_COUNTS))
    rest = ", …" if len(found) > _COUNTS else ""
    return f"{len(found):,} {one if len(found) == 1 else several}: {listed}{rest}"
