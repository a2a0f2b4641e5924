"""Code that a model wrote as a scorer: it is run, and tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.errors import ConfigError
from workbench.evals.scorers.coding.blocks import blocks_of
from workbench.evals.scorers.coding.isolation import ISOLATIONS, check_isolation, isolation
from workbench.evals.scorers.coding.sandbox import Isolation, Job, Limits, SandboxError, played
from workbench.evals.scorers.coding.tries import tries_of
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.wording import clean

if TYPE_CHECKING:
    from workbench.evals.sample import Sample

_LONGEST_REASON = 300
_HALVES = re.compile("[\ud800-\udfff]")  # of characters, which no file can hold


def code(
    tests: str | None = None,
    *,
    graded: bool = False,
    timeout_s: float = 10,
    memory_mb: int = 512,
    output_kb: int = 64,
    require: Isolation | None = None,
    name: str = "code",
) -> Scorer:
    """1 where the Python code of the answer passes all tests of its sample; else 0. It is run to find out.

    The code is that of the fenced blocks that say that they are Python, else of those that say nothing, and
    where no fence is the whole text. Where the sample has an `entry_point`, its input goes before the code,
    as HumanEval has it, if both together are Python. It has the standard library and no other package.

    The tests are the target, or a column of their own: Python with asserts, a list of such texts, or a list
    of cases `{"call": "f(1)", "expected": 2}` (the value, as JSON) and `{"stdin": "1", "expected": "2"}`
    (what the whole prints when it runs, but for space at the ends of lines). Each is tried in a process of
    its own. What a case expects is compared outside, so that code cannot know it. Asserts run beside the
    code, which learns of them once it has run: code that is out to deceive them can.

    The label is `passed`, or what came of the first that did not pass: `failed`, `timeout`, `memory`,
    `crashed`, or `no code`; the explanation has its error. Where the sandbox itself fails there is no value.

    On Linux the code has namespaces of its own where the kernel allows it: no network, no files but the
    system's and Python's, to read, and an empty folder; no other processes, no environment. Else `landlock`
    (Linux 6.7) lets it have the same files and no TCP; else there are `limits` alone, on macOS too. What is
    weaker than namespaces is warned of. It is a fence against accidents and mischief, and no boundary against
    somebody who knows a hole in the kernel: where answers may come from such, run all of it in a container
    or a virtual machine that has no keys and nothing to lose.

    Args:
        tests: The column that has the tests; else the target.
        graded: Whether the value is the share of the tests that pass.
        timeout_s: Seconds for all tests of an answer together.
        memory_mb: Address space of each process, in MiB.
        output_kb: How much may be printed, or given by a call, in KiB.
        require: What it is to be kept in at least: `namespaces`, `landlock` or `limits`.
        name: The scorer's.

    Raises:
        ConfigError: A limit is not positive, or `require` is another one; when it is used: code cannot be
            kept in so here, or this is Windows.
    """
    for what, value in {"timeout_s": timeout_s, "memory_mb": memory_mb, "output_kb": output_kb}.items():
        if not value > 0:
            raise ConfigError(f"{what} is {value!r}: write a number above 0")
    if require is not None and require not in ISOLATIONS:
        raise ConfigError(f"require is {require!r}: write one of {', '.join(map(repr, ISOLATIONS))}")
    limits = Limits(timeout_s=timeout_s, memory_mb=memory_mb, output_kb=output_kb)

    def check(sample: Sample) -> None:
        tries_of(sample, tests, name)
        check_isolation(require)

    async def give(answer: Answer) -> Score:
        tries = tries_of(answer.sample, tests, name)
        text = _HALVES.sub("\ufffd", answer.text)
        blocks = blocks_of(text)
        if not blocks:
            return Score(value=0.0, label="no code", explanation="there is no block of Python in it")
        before = answer.sample.input if "entry_point" in answer.sample.meta else ""
        try:
            ends = await played(
                Job(
                    blocks=blocks,
                    before=before,
                    plays=[each.play for each in tries],
                    limits=limits,
                    level=isolation(),
                )
            )
        except SandboxError as exc:
            return Score(value=None, explanation=f"could not be scored: {exc}")
        failures = [each.failure(end) for each, end in zip(tries, ends, strict=True)]
        passed = failures.count(None)
        said = f"{passed} of {len(tries)} tests passed"
        if passed == len(tries):
            return Score(value=1.0, label="passed", explanation=said)
        place, (label, reason) = next((n, each) for n, each in enumerate(failures, start=1) if each)
        if blocks == [text] and reason.startswith("SyntaxError"):
            return Score(value=0.0, label="no code", explanation="there is no block of code in it")
        reason = clean(" ".join(reason.split()))
        reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
        if len(tries) > 1:
            reason = f"{said}; {place}: {reason}"
        return Score(value=passed / len(tries) if graded else 0.0, label=label, explanation=reason)

    params = {"kind": "code", "tests": tests, "graded": graded, "timeout_s": timeout_s}
    params |= {"memory_mb": memory_mb, "output_kb": output_kb, "require": require}
    return Scorer(
        name=name,
        give=give,
        check=check,
        params={what: value for what, value in params.items() if value is not None},
    )
