"""A run over a data set as HTML: the same in front of a person and in a saved notebook.

Names of models and messages of errors come from elsewhere: everything is escaped.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from workbench.analysis.estimates import Estimate
from workbench.plots import colours
from workbench.widgets.dataset_run.run_state import ModelState, RunState, Trouble
from workbench.widgets.panes.facts import UNKNOWN
from workbench.widgets.panes.words import money

_CELL = "padding:.25em 1.2em .25em 0;vertical-align:top;white-space:nowrap;"
_LEFT, _RIGHT = _CELL + "text-align:left", _CELL + "text-align:right;font-variant-numeric:tabular-nums"
_WRAP = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5"
_WIDE = "overflow-x:auto;line-height:1.5"
_ENDS = {
    "ready": "Not started yet.",
    "running": "Running.",
    "stopped": "Stopped. What was answered is kept: Resume asks only the rest, after a restart of the "
    "kernel too, where the run is made anew with this experiment.",
    "failed": "It could not go on.",
}
_LONGEST = 600  # characters of a message; the log has all of it


def page(words: str, state: RunState) -> str:
    """All of it, as a saved notebook shows it."""
    parts = (title(words), status(state), headline(state), models(state.models), troubles(state.troubles))
    return f"<div>{''.join(parts)}</div>"


def title(words: str) -> str:
    """What is asked of whom."""
    return _plain(html.escape(words), style=f"{_WRAP};font-weight:bold")


def status(state: RunState) -> str:
    """How the run stands, in a sentence; it changes where the state does, and is read out then."""
    words = _ENDS.get(state.state, "Done.")
    if state.state == "done" and state.errors:
        words = f"Done, but {_calls(state.errors)} failed: Resume asks those again, and no others."
    if state.enough:
        words = f"Ended early: {state.enough}"
    if state.problem:
        words = state.problem
    strong = "font-weight:bold;" if state.state == "failed" else ""
    return _plain(html.escape(words), style=f"{strong}{_WRAP}", role=' role="status"')


def headline(state: RunState) -> str:
    """The bar, and the numbers of the whole run; empty where there is nothing to ask."""
    if not state.total:
        return ""
    share = f"{100 * state.done / state.total:.0f} %"
    facts = [("done", f"{state.done:,} of {state.total:,} ({share})"), ("errors", f"{state.errors:,}")]
    if state.skipped:
        facts.append(("not asked", f"{state.skipped:,}"))
    if state.from_log:
        facts.append(("from the log", f"{state.from_log:,}"))
    facts += [
        ("rate", UNKNOWN if state.rate_per_s is None else f"{state.rate_per_s:.1f} calls/s"),
        ("time", duration(state.elapsed_s)),
    ]
    if state.state == "running":
        facts.append(("left", UNKNOWN if state.eta_s is None else f"about {duration(state.eta_s)}"))
    facts.append(("cost", _cost(state)))
    boxes = "".join(
        f'<div><div style="font-size:85%">{name}</div><div style="font-weight:bold;'
        f'font-variant-numeric:tabular-nums">{html.escape(value)}</div></div>'
        for name, value in facts
    )
    bar = (
        f'<progress value="{state.done}" max="{state.total}" aria-label="calls that have ended" '
        'style="width:100%;max-width:60rem;height:.8em;accent-color:var(--jp-brand-color1, #1976d2)">'
        "</progress>"
    )
    return bar + _plain(boxes, style="display:flex;flex-wrap:wrap;gap:.2em 2em;line-height:1.4")


def models(states: Sequence[ModelState]) -> str:
    """A row for each model; empty where there is none."""
    if not states:
        return ""
    palette = colours(sorted(state.model for state in states))  # as the charts have them
    heads = (
        "done",
        "errors",
        "accuracy, 95 % interval",
        "",
        "TTFT p50, 95 % interval",
        "duration p50, 95 % interval",
        "cost",
    )
    head = "".join(f'<th scope="col" style="{_RIGHT}">{name}</th>' for name in heads)
    rows = "".join(_row(state, palette[state.model]) for state in states)
    return _plain(
        f'<table style="border-collapse:collapse"><thead><tr><th scope="col" style="{_LEFT}">model</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table>",
        style=_WIDE,
    )


def troubles(found: Sequence[Trouble]) -> str:
    """What failed, by kind and model, and what to do; empty where nothing did."""
    if not found:
        return ""
    rows = "".join(
        f'<tr style="border-top:1px solid var(--jp-border-color2, #999)">'
        f'<td style="{_RIGHT}">{each.count:,} ×</td><th scope="row" style="{_LEFT}">'
        f'{html.escape(each.model)}<div style="font-weight:normal">{html.escape(each.kind)}</div></th>'
        f'<td style="text-align:left;vertical-align:top;padding:.25em 0;overflow-wrap:anywhere">'
        f"{html.escape(_cut(each.message))}<div><b>{html.escape(each.remedy)}</b></div></td></tr>"
        for each in found
    )
    return _plain(
        "<b>What failed</b>, with the last message of each kind"
        f'<table style="border-collapse:collapse"><tbody>{rows}</tbody></table>',
        style=_WIDE,
    )


def duration(seconds: float | None) -> str:
    """A time as a clock shows it: `0:07`, `12:30`, `1:02:03`."""
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _plain(content: str, *, style: str = "", role: str = "") -> str:
    # Pages set what stands between two dollars as mathematics, be it money or what a provider wrote.
    return f'<div class="mathjax_ignore tex2jax_ignore"{role} style="{style}">{content}</div>'


def _row(state: ModelState, colour: str) -> str:
    skipped = f", {state.skipped:,} not asked" if state.skipped else ""
    numbers = (f"{state.done:,} of {state.total:,}", f"{state.errors:,}{skipped}")
    times = tuple(map(_seconds, (state.ttft_p50_s, state.duration_p50_s)))
    share = state.accuracy.percent() if state.accuracy.n else UNKNOWN
    cells = [*numbers, share, None, *times, _cost(state)]
    drawn = f'<td style="{_CELL}">{_interval(state.accuracy, colour)}</td>'
    row = "".join(
        drawn if cell is None else f'<td style="{_RIGHT}">{html.escape(cell)}</td>' for cell in cells
    )
    swatch = f'<span aria-hidden="true" style="color:{colour}">●</span>'
    return (
        f'<tr style="border-top:1px solid var(--jp-border-color2, #999)">'
        f'<th scope="row" style="{_LEFT}">{swatch} {html.escape(state.model)}</th>{row}</tr>'
    )


def _seconds(time: Estimate) -> str:
    if math.isnan(time.value):
        return UNKNOWN
    low, high = (UNKNOWN if math.isnan(bound) else f"{bound:.2f}" for bound in (time.low, time.high))
    return f"{time.value:.2f} s [{low}, {high}], n={time.n:,}"


def _interval(estimate: Estimate, colour: str) -> str:
    """The accuracy as a point on its interval, on a line from 0 to 100 %; it is beside it in words."""
    if math.isnan(estimate.value):
        return ""
    low = estimate.value if math.isnan(estimate.low) else max(estimate.low, 0)
    high = estimate.value if math.isnan(estimate.high) else min(estimate.high, 1)
    line = f"left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%;top:.65em;height:.2em;background:{colour}"
    point = f"left:calc({100 * estimate.value:.1f}% - .3em);width:.6em;top:.45em;height:.6em"
    return (
        '<div aria-hidden="true" style="position:relative;width:8em;height:1.5em;'
        'border:solid var(--jp-border-color2, #999);border-width:0 1px">'
        f'<div style="position:absolute;{line}"></div>'
        f'<div style="position:absolute;{point};border-radius:50%;background:{colour}"></div></div>'
    )


def _cost(state: RunState | ModelState) -> str:
    answers = state.done - state.errors - state.skipped
    if not answers:
        return UNKNOWN
    if state.unknown_cost == answers:
        return "unknown"
    known = money(state.cost_usd)
    return f"{known}, {_calls(state.unknown_cost)} unknown" if state.unknown_cost else known


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]} …"
