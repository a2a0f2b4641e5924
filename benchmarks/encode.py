"""What it costs to write a request and to read its answer: CPU, in memory, without a network."""

from __future__ import annotations

from typing import Any

from encode_load import BATCHES, CODERS
from rounds import Result, child, installed, interleaved, missing, ratios, spread

BASE = "workbench"


def measure(rounds: int, calls: int) -> Result:
    """The table of CPU per request and per stream, and each library's ratio to ours in the same round."""
    names = [name for name, coder in CODERS.items() if installed(coder.package)]
    requests, streams = max(2, calls // 20), max(1, calls // 250)

    def once(name: str) -> dict[str, Any]:
        figures: dict[str, Any] = child("benchmarks/encode_load.py", name, str(requests), str(streams))
        return figures

    measured = interleaved(names, rounds, once)

    def cells(name: str, what: str) -> list[str]:
        own = [figures[what] * 1000 for figures in measured[name]]
        ours = [figures[what] * 1000 for figures in measured[BASE]]
        return [spread(own), spread(ratios(own, ours))]

    return Result(
        title=f"Writing a request and reading its answer ({BATCHES} times {requests:,}, rounds: {rounds})",
        columns=["library", "10 messages: CPU ms", "÷ ours", "1,000 chunks: CPU ms", "÷ ours"],
        rows=[[name, *cells(name, "request_s"), *cells(name, "stream_s")] for name in names],
        notes=[
            "each library speaks over a transport that answers from memory; what the bare transport takes for"
            " the same bytes is subtracted, JSON is not",
            "`functions alone`: the protocol without transport, `encode`, `decode`, `decode_event` and JSON",
            "litellm asks such hosts by the openai SDK, whose work is part of its own",
            *missing(dict.fromkeys(coder.package for coder in CODERS.values())),
        ],
        raw={"coders": measured, "requests": requests, "streams": streams},
    )
