"""How long an import takes, in a process of its own, beside the libraries that do the same work."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from rounds import Result, child, installed, interleaved, missing, ratios, spread

BASE = "import workbench; workbench.Client"
STATEMENTS = {
    "import workbench": "llm-workbench",
    "import workbench; workbench.Client": "llm-workbench",
    "import httpx": "httpx",
    "import aiohttp": "aiohttp",
    "import openai": "openai",
    "import anthropic": "anthropic",
    "import litellm": "litellm",
}
_PROGRAM = """
import json, sys, time
before, cpu, wall = len(sys.modules), time.process_time(), time.perf_counter()
{statement}
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print()
print(json.dumps({{"cpu_s": cpu, "wall_s": wall, "modules": len(sys.modules) - before}}))
"""


@dataclass(frozen=True, kw_only=True)
class Import:
    """What an import cost: CPU and wall seconds, and how many modules it loaded."""

    cpu_s: float
    wall_s: float
    modules: int


def measure(rounds: int) -> Result:
    """The table of CPU and time per import."""
    names = [statement for statement, package in STATEMENTS.items() if installed(package)]

    def once(statement: str) -> Import:
        return Import(**child("-c", _PROGRAM.format(statement=statement)))

    interleaved(names, 1, once)  # compiles what is not compiled yet, and warms the file cache
    measured = interleaved(names, rounds, once)

    def cpu_ms(name: str) -> list[float]:
        return [each.cpu_s * 1000 for each in measured[name]]

    return Result(
        title=f"Imports (rounds: {rounds})",
        columns=["statement", "CPU ms", "CPU ÷ ours", "wall ms", "modules"],
        rows=[
            [
                name,
                spread(cpu_ms(name)),
                spread(ratios(cpu_ms(name), cpu_ms(BASE))),
                spread([each.wall_s * 1000 for each in found]),
                str(found[-1].modules),
            ]
            for name, found in measured.items()
        ],
        notes=[
            "`import workbench` loads its names when they are first used: the row to compare is the second",
            *missing(dict.fromkeys(STATEMENTS.values())),
        ],
        raw={name: [asdict(each) for each in found] for name, found in measured.items()},
    )
