"""How often gates are red: where nothing changed, and where a model got worse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from evaluators import Promptfoo
from rounds import ROOT, Result

from workbench.analysis.estimates import proportion
from workbench.analysis.regression import regression
from workbench.log import Log

sys.path.append(str(ROOT / "tests"))  # has what draws experiments, and writes them into a log
from simulated_pairs import Pair, Scenario, drawn, write

SIZES = [
    Scenario(samples=samples, epochs=epochs, operated=True)
    for samples, epochs in ((100, 1), (200, 1), (200, 4))
]
CHANGES: dict[str, dict[str, float]] = {
    "nothing": {},
    "2 points worse": {"fall": 0.02},
    "5 points worse": {"fall": 0.05},
    "10 points worse": {"fall": 0.1},
    "3 % of calls fail in a row": {"outage": 0.03},
}
RULES_OFTEN = 5
"""The gates that take no log are asked about so many times as many pairs."""
AT_ONCE = 25
"""Pairs in one log: more of them make it large, fewer have it opened more often."""
OURS, INSTALLED, PROMPTFOO = "workbench", "promptfoo, as installed", "promptfoo, threshold = baseline"
_DOWN = "(no answer)"
_PROVIDER = f"""
export default class {{
  id() {{ return 'precomputed'; }}
  async callApi(prompt) {{ return prompt === '{_DOWN}' ? {{error: 'overloaded'}} : {{output: prompt}}; }}
}}
"""
_FAILED = 100
"""The exit code of promptfoo where too few tests passed."""


def pass_rate(frame: pd.DataFrame) -> float:
    """Per cent, as promptfoo reckons it: a call that failed did not pass."""
    return float((frame["value"] == 1).sum() / len(frame) * 100)


def _fell(by: float) -> Callable[[Pair], bool]:
    # Rounded: 0.82 - 0.80 is not more than 0.02.
    return lambda pair: round(float(pair[0]["value"].mean() - pair[1]["value"].mean()), 9) > by


def _flipped(pair: Pair) -> bool:
    then, now = (frame.groupby("sample")["value"].min() for frame in pair)
    return bool(((then == 1) & (now != 1)).any())


RULES: dict[str, Callable[[Pair], bool]] = {
    INSTALLED: lambda pair: pass_rate(pair[1]) < 100,
    PROMPTFOO: lambda pair: pass_rate(pair[1]) < pass_rate(pair[0]),
    "any test flips": _flipped,
    "mean fell by > 2 points": _fell(0.02),
    "mean fell by > 5 points": _fell(0.05),
}
"""Gates that look at no more than the two results: whether each is red."""


def measure(rounds: int, runs: int) -> Result:
    """The table of how often each gate is red, over so many pairs of experiments for each scenario.

    promptfoo itself, which takes seconds, is asked about one pair of each scenario in each round. What the
    others said is printed to stderr as it comes.
    """
    promptfoo = Promptfoo()
    version = promptfoo.version()
    rules = {name: rule for name, rule in RULES.items() if version or not name.startswith("promptfoo")}
    scenarios = {(size, change): replace(size, **CHANGES[change]) for size in SIZES for change in CHANGES}
    rows: list[list[str]] = []
    raw: dict[str, Any] = {"promptfoo": version, "asked": 0, "red": {}}
    for number, ((size, change), scenario) in enumerate(scenarios.items()):
        rng = np.random.default_rng(number)
        red: dict[str, list[bool]] = {OURS: [], **{name: [] for name in rules}}
        batch: list[Pair] = []
        for n in range(RULES_OFTEN * runs):
            pair = drawn(scenario, rng)
            for name, rule in rules.items():
                red[name].append(bool(rule(pair)))
            if version and n < min(rounds, runs):
                _check_promptfoo(promptfoo, pair, {PROMPTFOO} if n else {PROMPTFOO, INSTALLED})
                raw["asked"] += 1
            if n < runs:
                batch.append(pair)
            if len(batch) == AT_ONCE or n == runs - 1:
                red[OURS] += ours(batch)
                batch = []
        asked = f"{size.samples} × {size.epochs}"
        rows.append([change, asked, *(_share(found) for found in red.values())])
        print(f"{number + 1} of {len(scenarios)}:", *rows[-1], sep="  ", file=sys.stderr, flush=True)
        raw["red"][f"{change}, {asked}"] = {
            name: {"red": sum(found), "of": len(found)} for name, found in red.items()
        }
    return Result(
        title=f"Per cent of reports that are red (ours: {runs:,} pairs, rules: {RULES_OFTEN * runs:,})",
        columns=["what changed", "samples × epochs", OURS, *rules],
        rows=rows,
        notes=["in brackets 95 % intervals", *_notes(version, raw["asked"], len(scenarios), promptfoo)],
        raw=raw,
    )


def ours(pairs: list[Pair]) -> Iterator[bool]:
    """Whether a report on each pair is red: written into a log, and read and judged as any other."""
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder) / "home")
        named = write(log.store.home, pairs)
        with log.frozen() as now:
            for candidate, baseline in named:
                yield bool(regression(now, candidate, baseline).worse)


def exit_code(promptfoo: Promptfoo, frame: pd.DataFrame, threshold: float | None) -> int:
    """Of `promptfoo eval` on answers that are there already; without a threshold every test has to pass."""
    answers = frame["text"].where(frame["status"] == "ok", _DOWN)
    config = {
        "prompts": ["{{answer}}"],
        "providers": ["file://provider.mjs"],
        "defaultTest": {"assert": [{"type": "equals", "value": "right"}]},
        "tests": [{"vars": {"answer": answer}} for answer in answers],
    }
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "provider.mjs").write_text(_PROVIDER, encoding="utf-8")
        (home / "promptfooconfig.json").write_text(json.dumps(config), encoding="utf-8")
        environment = {**os.environ, **promptfoo.environment(home)}
        if threshold is not None:
            environment["PROMPTFOO_PASS_RATE_THRESHOLD"] = repr(threshold)
        command = [str(promptfoo.command()), "eval", "-c", "promptfooconfig.json"]
        # Its own database of results decides nothing, and takes half of the time.
        command += ["--no-table", "--no-progress-bar", "--no-cache", "--no-write"]
        ended = subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, check=False
        )
    if ended.returncode not in {0, _FAILED}:
        raise RuntimeError(f"promptfoo ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return ended.returncode


def _check_promptfoo(promptfoo: Promptfoo, pair: Pair, names: Collection[str]) -> None:
    """Its own exit code is what the rule says, whatever the threshold.

    Raises:
        RuntimeError: It is another one: the table would not be promptfoo's.
    """
    for name in names:
        threshold = pass_rate(pair[0]) if name == PROMPTFOO else None
        said, ruled = exit_code(promptfoo, pair[1], threshold) == _FAILED, RULES[name](pair)
        if said is not ruled:
            raise RuntimeError(f"{name}: red is {said}, by its rule {ruled}")


def _notes(version: str | None, asked: int, once: int, promptfoo: Promptfoo) -> list[str]:
    if version is None:
        return [promptfoo.remedy()]
    others = proportion(0, asked).high
    return [
        f"promptfoo {version} itself was asked about {asked} of the pairs with a threshold, about {once} as "
        "installed; its exit code was what the rule says each time: with a threshold the rule is wrong in "
        f"{100 * others:.1f} % at most (95 % interval)"
    ]


def _share(red: list[bool]) -> str:
    found = proportion(sum(red), len(red))
    return f"{100 * found.value:.1f} ({100 * found.low:.1f}–{100 * found.high:.1f})"
