"""How long it takes from a command to a notebook that can be used."""

from __future__ import annotations

from rounds import Result, browserless, child, interleaved, ratios, spread

JUPYTER = "jupyter lab"
# What a browser opens, and what Python runs: ours leads to its notebook by itself.
COMMANDS = {
    JUPYTER: ("/lab/tree/notebooks/10_compare.ipynb", "jupyterlab"),
    "workbench lab": ("/", "workbench", "lab"),
}


def measure(rounds: int) -> Result:
    """The table of seconds from the command to the server's first answer and to a kernel that waits."""
    if notes := browserless():
        return Result(title="Opening a notebook", columns=["command"], rows=[], notes=notes)

    def once(command: str) -> dict[str, float]:
        opened: dict[str, float] = child("benchmarks/opening_load.py", *COMMANDS[command])
        return opened

    measured = interleaved(list(COMMANDS), rounds, once)
    usable = {command: [opened["usable_s"] for opened in found] for command, found in measured.items()}
    more = {
        command: [own - base for own, base in zip(times_s, usable[JUPYTER], strict=True)]
        for command, times_s in usable.items()
    }
    return Result(
        title=f"Opening 10_compare.ipynb (rounds: {rounds})",
        columns=["command", "server answers, s", "usable, s", f"more than {JUPYTER}, s", f"÷ {JUPYTER}"],
        rows=[
            [
                command,
                spread([opened["answers_s"] for opened in found]),
                spread(usable[command]),
                spread(more[command]),
                spread(ratios(usable[command], usable[JUPYTER])),
            ]
            for command, found in measured.items()
        ],
        notes=[
            "usable: the page is loaded, the notebook is open and its kernel waits for a cell; the browser "
            "was open before and has an empty cache",
            "workbench lab begins in an empty folder, and copies its notebooks there first",
        ],
        raw={"commands": measured},
    )
