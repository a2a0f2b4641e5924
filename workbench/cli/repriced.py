"""What `workbench usage --reprice` shows: the calls as they were, beside an estimate of them elsewhere."""

from __future__ import annotations

from typing import Any

import workbench.simulator.host  # noqa: F401 - adds the simulator's row to the table
from workbench.cli.figures import UNKNOWN, count, known, seconds, tokens, usd


def repriced_cells(row: dict[str, Any], sums: dict[str, Any]) -> dict[str, str]:
    """A row's figures by their headings; what is known of no call is left out."""
    cells = {
        "calls": count(row["calls"]),
        "tokens in": tokens(row["input_tokens"]),
        "out": tokens(row["output_tokens"]),
        "cost": usd(row["cost_usd"], int(row["unknown_cost"])),
        "estimated": usd(row["est_cost_usd"]),
        "from – to": f"{usd(row['est_cost_low_usd'])} – {usd(row['est_cost_high_usd'])}",
        "×": f"{row['ratio']:.2f}" if known(row["ratio"]) else UNKNOWN,
    }
    if sums["uncounted"]:
        cells["without tokens"] = count(row["uncounted"])
    cells["p50 s"] = seconds(row["duration_p50_s"])
    if known(sums["est_duration_p50_s"]):
        cells["estimated s"] = seconds(row["est_duration_p50_s"])
    return cells


def basis_in_words(model: str, total: dict[str, Any]) -> str:
    """What the estimates rest on, a line each."""
    return "\n".join([f"Estimated on {model}:", *(f"- {words}" for words in total["basis"].split("; "))])
