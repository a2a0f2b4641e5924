"""How many tokens a second notebooks show as they come: our panes beside what ipywidgets has."""

from __future__ import annotations

import statistics
from typing import Any

from pane_ways import NOTHING, WAYS
from rounds import Result, browserless, child, interleaved, spread

PANES = (4, 8)
RATES = (100, 300, 1_000, 3_000, 10_000, 30_000)
SECONDS = 3.0
MANY = PANES[-1]
CPU_RATES = (100, 3_000)
LAG_RATES = (300, 3_000)

_Levels = dict[str, dict[str, dict[str, Any]]]


def measure(rounds: int) -> Result:
    """The table of the highest rate that each way keeps up with, its lag, and the CPU of the kernel."""
    if notes := browserless():
        return Result(title="Streaming into panes", columns=["way"], rows=[], notes=notes)

    def once(way: str) -> _Levels:
        panes, rates = ((MANY,), CPU_RATES) if way == NOTHING else (PANES, RATES)
        arguments = [",".join(map(str, numbers)) for numbers in (panes, rates)]
        levels: _Levels = child("benchmarks/pane_load.py", way, str(SECONDS), *arguments)
        return levels

    measured = interleaved(list(WAYS), rounds, once)
    base = [
        spread([levels[str(MANY)][str(rate)]["cpu_s"] * 1000 for levels in measured[NOTHING]])
        for rate in CPU_RATES
    ]
    shown = [way for way in WAYS if way != NOTHING]
    return Result(
        title=f"Streaming into panes (rounds: {rounds}, {SECONDS:g} s each)",
        columns=[
            "way",
            *(f"{panes} panes: tokens/s" for panes in PANES),
            *(f"lag p95 ms at {rate:,}/s" for rate in LAG_RATES),
            *(f"CPU ms per 1,000 at {rate:,}/s" for rate in CPU_RATES),
        ],
        rows=[
            [
                way,
                *(_most(measured[way], panes) for panes in PANES),
                *(_ms(measured[way], rate, "lag_p95_s") for rate in LAG_RATES),
                *(_ms(measured[way], rate, "cpu_s") for rate in CPU_RATES),
            ]
            for way in shown
        ]
        + [[NOTHING, *["–"] * 4, *base]],
        notes=[
            f"tokens/s: of all panes together, the highest of {', '.join(f'{rate:,}' for rate in RATES)} at "
            "which 95 of 100 tokens are in the page half a second after they are made",
            f"lag and CPU: with {MANY} panes; CPU is that of the kernel, making the tokens included",
            "× is where a way did not keep up, – where it was not asked because it had failed twice before",
        ],
        raw={"seconds": SECONDS, "ways": measured},
    )


def _most(rounds: list[_Levels], panes: int) -> str:
    """The highest rate that was kept up with, in the middle round and in the worst and the best."""
    kept = sorted(
        max((int(rate) for rate, level in levels[str(panes)].items() if level["kept_up"]), default=0)
        for levels in rounds
    )
    chosen = (statistics.median_low(kept), kept[0], kept[-1])
    middle, low, high = (f"{rate:,}" if rate else "×" for rate in chosen)
    return middle if low == high else f"{middle} ({low}–{high})"


def _ms(rounds: list[_Levels], rate: int, figure: str) -> str:
    """A figure in milliseconds, where at least 95 of 100 tokens were shown at all."""
    levels = [levels[str(MANY)].get(str(rate)) for levels in rounds]
    if None in levels:
        return "–"
    if any(level["lag_p95_s"] is None for level in levels if level):
        return "×"
    return spread([level[figure] * 1000 for level in levels if level])
