"""A chart on a page: drawn by plotly's script, and its numbers as text."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.io

_FIELDS = ("labels", "values", "x", "y", "r", "theta", "text")
_MOST_ROWS = 2000
_TAG = re.compile(r"</?(a|b|br|em|i|s|span|sub|sup|u)(\s[^<>]*|/)?>")


def drawn(figure: Mapping[str, Any], name: str) -> str:
    """HTML of a chart and, folded, of its numbers.

    Args:
        figure: The chart as plotly's JSON: `data` and `layout`.
        name: The id of its element; plotly would give it a random one.
    """
    chart: str = plotly.io.to_html(
        {"data": figure.get("data", []), "layout": figure.get("layout", {})},
        include_plotlyjs=False,
        full_html=False,
        config={"displaylogo": False, "responsive": True},
        validate=False,
        div_id=name,
    )
    return f"{chart}{_numbers(figure)}"


def _numbers(figure: Mapping[str, Any]) -> str:
    tables = "".join(_table(trace, figure.get("layout", {})) for trace in figure.get("data", []))
    summary = "<summary>Numbers of this chart</summary>"
    return f'<details class="numbers">{summary}{tables}</details>' if tables else ""


def _table(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> str:
    z = _array(trace.get("z"))
    head, rows = _grid(trace, z) if z and isinstance(z[0], list) else _list(trace, layout)
    if not rows:
        return ""
    left_out = len(rows) - _MOST_ROWS
    body = "".join(_row(row, "td") for row in rows[:_MOST_ROWS])
    more = f"<p>… and {left_out} more.</p>" if left_out > 0 else ""
    name = _words(trace.get("name"))
    caption = f"<caption>{name}</caption>" if trace.get("name") else ""
    return f"<table>{caption}<thead>{_row(head, 'th')}</thead><tbody>{body}</tbody></table>{more}"


def _list(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> tuple[list[Any], list[Sequence[Any]]]:
    columns = dict(_columns(trace, layout))
    longest = max(map(len, columns.values()), default=0)
    padded = [column + [None] * (longest - len(column)) for column in columns.values()]
    return list(columns), list(zip(*padded, strict=True))


def _columns(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for field in _FIELDS:
        values = _array(trace.get(field))
        if not values:
            continue
        title = _title(trace, layout, field)
        yield title, values
        errors = trace.get(f"error_{field}") or {}
        above, below = _array(errors.get("array")), _array(errors.get("arrayminus"))
        if above:
            yield f"{title} {'+' if below else '±'}", above
        if below:
            yield f"{title} −", below


def _title(trace: Mapping[str, Any], layout: Mapping[str, Any], field: str) -> str:
    """What the axis says; else the field's own name."""
    number = str(trace.get(f"{field}axis") or field).removeprefix(field)
    title = (layout.get(f"{field}axis{number}") or {}).get("title") or {}
    return str((title.get("text") if isinstance(title, Mapping) else title) or field)


def _grid(trace: Mapping[str, Any], z: list[Any]) -> tuple[list[Any], list[Sequence[Any]]]:
    x, y = _array(trace.get("x")), _array(trace.get("y"))
    return ["", *(x or range(len(z[0])))], [
        [label, *line] for label, line in zip(y or range(len(z)), z, strict=False)
    ]


def _array(value: Any) -> list[Any]:
    """The values, which plotly may have packed: https://github.com/plotly/plotly.js/pull/5230."""
    if isinstance(value, Mapping) and "bdata" in value:
        packed = np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"]))
        shape = [int(part) for part in str(value.get("shape", packed.size)).split(",")]
        return list(packed.reshape(shape).tolist())
    return list(value) if isinstance(value, list | tuple) else []


def _row(cells: Sequence[Any], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_words(cell)}</{tag}>' for cell in cells)}</tr>"


def _words(value: Any) -> str:
    """A cell's text, without the tags that plotly reads in texts."""
    if value is None or value != value:  # noqa: PLR0124 - nan
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}"
    return html.escape(html.unescape(_TAG.sub(" ", str(value)))).strip()
