"""How often gates are red: where nothing changed, and where a model got worse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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
    Scenario(samples=samples, epochs=epochs, operated=True) for samples in (100, 200) for epochs in (1, 4)
]
CHANGES: dict[str, dict[str, float]] = {
    "nothing": {},
    "2 points worse": {"fall": 0.02},
    "5 points worse": {"fall": 0.05},
    "10 points worse": {"fall": 0.1},
    "3 % of calls fail in a row": {"outage": 0.03},
}
RULES_OFTEN = 10
"""The gates that take no log are asked about so many times as many pairs."""
OURS, PROMPTFOO = "workbench", "promptfoo, threshold = baseline"
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
    "promptfoo, as installed": lambda pair: pass_rate(pair[1]) < 100,
    PROMPTFOO: lambda pair: pass_rate(pair[1]) < pass_rate(pair[0]),
    "any test flips": _flipped,
    "mean fell by > 2 points": _fell(0.02),
    "mean fell by > 5 points": _fell(0.05),
}
"""Gates that look at no more than the two results: whether each is red."""


def measure(rounds: int, runs: int) -> Result:
    """The table of how often each gate is red, over so many pairs of experiments for each scenario.

    promptfoo itself is asked about one pair of each scenario in each round.
    """
    promptfoo = Promptfoo()
    version = promptfoo.version()
    rules = {name: rule for name, rule in RULES.items() if version or not name.startswith("promptfoo")}
    rows: list[list[str]] = []
    raw: dict[str, Any] = {"promptfoo": version, "asked": 0, "red": {}}
    for number, (size, change) in enumerate((size, change) for size in SIZES for change in CHANGES):
        scenario = replace(size, **CHANGES[change])
        rng = np.random.default_rng(number)
        red: dict[str, list[bool]] = {OURS: [], **{name: [] for name in rules}}
        pairs: list[Pair] = []
        for _ in range(RULES_OFTEN * runs):
            pair = drawn(scenario, rng)
            for name, rule in rules.items():
                red[name].append(bool(rule(pair)))
            if len(pairs) < runs:
                pairs.append(pair)
        red[OURS] += ours(pairs)
        if version:
            for pair in pairs[:rounds]:
                _check_promptfoo(promptfoo, pair)
            raw["asked"] += len(pairs[:rounds])
        asked = f"{size.samples} × {size.epochs}"
        rows.append([change, asked, *(_share(red[name]) for name in (OURS, *rules))])
        raw["red"][f"{change}, {asked}"] = {
            name: {"red": sum(found), "of": len(found)} for name, found in red.items()
        }
    return Result(
        title=f"Per cent of reports that are red (ours: {runs:,} pairs, rules: {RULES_OFTEN * runs:,})",
        columns=["what changed", "samples × epochs", OURS, *rules],
        rows=rows,
        notes=["in brackets 95 % intervals", *_notes(version, raw["asked"], promptfoo)],
        raw=raw,
    )


def ours(pairs: list[Pair]) -> Iterator[bool]:
    """Whether a report on each pair is red: written into a log, and read and judged as any other."""
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder) / "home")
        for candidate, baseline in write(log.store.home, pairs):
            yield bool(regression(log, candidate, baseline).worse)


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
        command += ["--no-table", "--no-progress-bar", "--no-cache"]
        ended = subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, check=False
        )
    if ended.returncode not in {0, _FAILED}:
        raise RuntimeError(f"promptfoo ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return ended.returncode


def _check_promptfoo(promptfoo: Promptfoo, pair: Pair) -> None:
    """Its own exit code is what the rule says, whatever the threshold.

    Raises:
        RuntimeError: It is another one: the table would not be promptfoo's.
    """
    for name, threshold in (("promptfoo, as installed", None), (PROMPTFOO, pass_rate(pair[0]))):
        said, ruled = exit_code(promptfoo, pair[1], threshold) == _FAILED, RULES[name](pair)
        if said is not ruled:
            raise RuntimeError(f"{name}: red is {said}, by its rule {ruled}")


def _notes(version: str | None, asked: int, promptfoo: Promptfoo) -> list[str]:
    if version is None:
        return [promptfoo.remedy()]
    return [
        f"promptfoo {version} itself was asked about {asked} of the pairs, with a threshold and without: its "
        "exit code was what the rule says each time"
    ]


def _share(red: list[bool]) -> str:
    found = proportion(sum(red), len(red))
    return f"{100 * found.value:.1f} ({100 * found.low:.1f}–{100 * found.high:.1f})"
