"""What an evaluation costs all in: calls, log and scores, beside other programs that evaluate."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from evaluators import AT_ONCE, EVALUATORS
from rounds import ROOT, Result, interleaved, middle, spread
from server import Server, start

TRUE_S = 0.020
FEW = AT_ONCE
"""So many samples tell what starting costs: they are one call long."""
TENFOLD_S = 15.0
"""Who takes longer than this for the samples is not asked ten times as many."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process cost, from its start to its end, with the children that it waited for.

    Attributes:
        wall_s: Seconds.
        cpu_s: User and system.
        peak_bytes: The most memory that it (or its largest child) had at a time.
        log_bytes: What it left on the disk.
    """

    wall_s: float
    cpu_s: float
    peak_bytes: int
    log_bytes: int


def measure(rounds: int, calls: int) -> Result:
    """The table of wall time, CPU, memory and log, for so many samples and for ten times as many."""
    versions = {name: each.version() for name, each in EVALUATORS.items()}
    names = [name for name, version in versions.items() if version]
    with start(latency_s=TRUE_S) as server:
        starting = interleaved(names, rounds, lambda name: evaluated(name, server, FEW))
        measured = {calls: interleaved(names, rounds, lambda name: evaluated(name, server, calls))}
        quick = [name for name in names if max(cost.wall_s for cost in measured[calls][name]) < TENFOLD_S]
        measured[10 * calls] = {name: [evaluated(name, server, 10 * calls)] for name in quick}

    def row(name: str, samples: int) -> list[str]:
        costs, more = measured[samples][name], samples - FEW
        begun = starting[name][: len(costs)]
        pairs = list(zip(costs, begun, strict=True))
        ideal_s = more / AT_ONCE * TRUE_S
        return [
            name,
            f"{samples:,}",
            middle([cost.wall_s for cost in costs]),
            spread([(cost.wall_s - first.wall_s) / ideal_s for cost, first in pairs]),
            spread([(cost.cpu_s - first.cpu_s) / more * 1000 for cost, first in pairs]),
            middle([first.cpu_s for first in begun]),
            middle([cost.peak_bytes / 1e6 for cost in costs]),
            middle([cost.log_bytes / samples for cost in costs]),
        ]

    return Result(
        title=f"Evaluating with {AT_ONCE} calls of {TRUE_S * 1000:g} ms at once (rounds: {rounds})",
        columns=[
            "",
            *("samples", "whole process, s", "wall ÷ ideal", "CPU ms per call"),
            *("starting: CPU s", "peak MB", "log bytes per call"),
        ],
        rows=[row(name, samples) for samples, found in measured.items() for name in found],
        notes=[
            ", ".join(f"{name} {versions[name]}" for name in names),
            f"wall ÷ ideal and CPU per call are of the samples beyond the first {FEW}: what {FEW} samples "
            "take, the start of the process included, is subtracted",
            *(
                f"{name} took more than {TENFOLD_S:g} s for {calls:,} samples, was not asked {10 * calls:,}"
                for name in names
                if name not in quick
            ),
            *(each.remedy() for name, each in EVALUATORS.items() if not versions[name]),
        ],
        raw={
            "versions": versions,
            "starting": _raw(starting),
            **{str(samples): _raw(found) for samples, found in measured.items()},
        },
    )


def evaluated(name: str, server: Server, samples: int) -> Cost:
    """Evaluate once, in a process of its own and a new folder.

    Raises:
        RuntimeError: It failed, or did not make as many calls as there are samples.
    """
    evaluator = EVALUATORS[name]
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as said:
        command, more = evaluator.prepare(server.url, samples, Path(home))
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
        server.figures()
        began = time.perf_counter()
        # In the new folder, where no configuration of ours or the user's is found.
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        made = server.figures().calls
        if process.returncode or made != samples:
            said.seek(0)
            words = said.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{name} ended with {process.returncode} after {made} calls:\n{words}")
        left = [path for path in evaluator.log(Path(home)).rglob("*") if path.is_file()]
        log_bytes = sum(path.stat().st_size for path in left)
    # Linux counts in KB, macOS in bytes.
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    cpu_s = used.ru_utime + used.ru_stime
    return Cost(wall_s=wall_s, cpu_s=cpu_s, peak_bytes=used.ru_maxrss * unit, log_bytes=log_bytes)


def _raw(found: dict[str, list[Cost]]) -> dict[str, list[dict[str, float]]]:
    return {name: [asdict(cost) for cost in costs] for name, costs in found.items()}
