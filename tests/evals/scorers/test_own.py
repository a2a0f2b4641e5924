"""Functions of one's own as scorers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scored import NOBODY, scored

from workbench.analysis.results import results
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.evals.dataset import Sample, load_dataset
from workbench.evals.runs import evaluate
from workbench.evals.scorers import Answer, Score, Scorer, own, scorers_of


def short(text: str, sample: Sample) -> bool:
    return len(text) <= 10


async def awaited(text: str, sample: Sample) -> float:
    await asyncio.sleep(0)
    return 0.25


class LongerThan:
    def __init__(self, letters: int) -> None:
        self.letters = letters

    def __call__(self, text: str, sample: Sample) -> bool:
        return len(text) > self.letters

    def judged(self, text: str, sample: Sample) -> str:
        return "long" if self(text, sample) else "short"


class Waiting:
    async def __call__(self, text: str, sample: Sample) -> str:
        await asyncio.sleep(0)
        return text


class WordlessError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def at_most(letters: int, text: str, sample: Sample, *, strict: bool = False) -> bool:
    return len(text) < letters if strict else len(text) <= letters


def giving(value: Any) -> Callable[[str, Sample], Any]:
    def mine(text: str, sample: Sample) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return mine


@pytest.mark.parametrize(
    ("function", "name", "score"),
    [
        (short, "short", Score(value=1.0)),
        (awaited, "awaited", Score(value=0.25)),
        (lambda text, sample: 0.5, "lambda", Score(value=0.5)),
        (LongerThan(3), "LongerThan", Score(value=1.0)),
        (LongerThan(3).judged, "judged", Score(value=None, label="long")),
        (Waiting(), "Waiting", Score(value=None, label="the text")),
        (partial(at_most, 8), "at_most", Score(value=1.0)),
        (partial(partial(at_most, 8), strict=True), "at_most", Score(value=0.0)),
        (partial(awaited), "awaited", Score(value=0.25)),
    ],
)
def test_whatever_can_be_called_is_a_scorer_that_is_named_after_it(
    function: Callable[..., Any], name: str, score: Score
) -> None:
    [scorer] = scorers_of([function])
    assert scorer.name == name
    assert scored(scorer, "the text") == score


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (1, Score(value=1.0)),
        (False, Score(value=0.0)),
        (np.float32(0.5), Score(value=0.5)),
        (np.bool_(True), Score(value=1.0)),
        (np.int64(1), Score(value=1.0)),
        (np.array(0.25), Score(value=0.25)),
        (np.str_("good"), Score(value=None, label="good")),
        (Decimal("0.5"), Score(value=0.5)),
        (Fraction(1, 4), Score(value=0.25)),
        ("good", Score(value=None, label="good")),
        ("half \ud83d", Score(value=None, label="half ?")),
        (Score(value=0.1, label="x"), Score(value=0.1, label="x")),
        ({"value": 1, "label": 7, "explanation": "so"}, Score(value=1.0, label="7", explanation="so")),
        ({"label": "good"}, Score(value=None, label="good")),
        ({"value": None}, Score(value=None, explanation="mine gave no score")),
        (None, Score(value=None, explanation="mine gave no score")),
        (float("nan"), Score(value=None, explanation="mine gave nan")),
        (ValueError("no"), Score(value=None, explanation="could not be scored: ValueError: no")),
        (ValueError("\ud83d"), Score(value=None, explanation="could not be scored: ValueError: ?")),
        (WordlessError(), Score(value=None, explanation="could not be scored: WordlessError")),
        (
            Score(value=True, label="\ud83d", explanation="\ud83d"),
            Score(value=1.0, label="?", explanation="?"),
        ),
        (Score(value=float("nan"), explanation="why"), Score(value=None, explanation="why")),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_a_function_gives_is_a_score(given: Any, score: Score) -> None:
    assert scored(own(giving(given)), "x") == score


@pytest.mark.parametrize(
    "given",
    [
        *(object(), [1], (1, "why"), {}, {"score": 1}, {"value": "1"}, float("inf"), np.array([1, 2])),
        *(Score(value=float("inf")), Score(value="1")),  # type: ignore[arg-type]
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_score_has_to_be_mended(given: Any) -> None:
    with pytest.raises(ConfigError, match=r"the scorer 'mine' gave .*: (return a number|give a number)"):
        scored(own(giving(given)), "x")
    with pytest.raises(ConfigError, match="the scorer 'mine' gave "):
        scored(Scorer(name="mine", give=lambda answer: given), "x")


def test_a_scorer_may_give_what_a_function_of_ones_own_may() -> None:
    assert scored(Scorer(name="mine", give=lambda answer: 1), "x") == Score(value=1.0)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    "what", [asyncio.CancelledError("why"), SystemExit(3)], ids=lambda what: type(what).__name__
)
def test_what_ends_a_task_or_a_process_is_an_error_like_others(what: BaseException) -> None:
    def mine(text: str, sample: Sample) -> float:
        raise what

    async def awaited(text: str, sample: Sample) -> float:
        raise what

    for function in (mine, awaited):
        given = scored(own(function), "x")
        assert given.value is None
        assert type(what).__name__ in given.explanation


async def test_a_function_that_never_ends_does_not_hold_up_those_after_it() -> None:
    begun, end = threading.Event(), threading.Event()

    def endless(text: str, sample: Sample) -> float:
        begun.set()
        end.wait()
        return 0

    answer = Answer(text="x", sample=Sample(id="1", input="?", target=None), client=NOBODY)
    stuck = asyncio.create_task(own(endless).score(answer))
    await asyncio.to_thread(begun.wait)
    after = asyncio.create_task(own(short).score(answer))
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    try:
        assert await after == Score(value=1.0)
    finally:
        end.set()


def test_a_function_that_never_ends_does_not_keep_the_process() -> None:
    program = (
        "import asyncio, threading\n"
        "from workbench.evals.scorers import own\n"
        "from workbench.evals.scorers.beside import beside\n"
        "async def main():\n"
        "    begun = threading.Event()\n"
        "    task = asyncio.create_task(beside(lambda: begun.set() or threading.Event().wait()))\n"
        "    await asyncio.to_thread(begun.wait)\n"
        "    task.cancel()\n"
        "    await asyncio.wait([task])\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


def test_an_iterator_that_ends_is_an_error_like_others() -> None:
    empty: list[float] = []
    given = scored(own(lambda text, sample: next(iter(empty))), "x")
    assert given.value is None
    assert "StopIteration" in given.explanation


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (
            lambda text: 1,
            r"the scorer 'lambda' cannot be called with a text and a sample .*: write def lambda",
        ),
        (LongerThan, r"the class 'LongerThan' is no scorer: give an object of it"),
    ],
)
def test_what_cannot_be_called_so_is_refused_before_any_call(
    function: Callable[..., Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        scorers_of([function])


def test_two_functions_of_one_name_get_names_of_their_own() -> None:
    short_answers, long_answers = (
        own(giving(value), name=name) for value, name in ((1, "short"), (0, "long"))
    )
    assert [scorer.name for scorer in scorers_of([short_answers, long_answers])] == ["short", "long"]
    with pytest.raises(ConfigError, match="two scorers are named 'mine'"):
        scorers_of([giving(1), giving(0)])


def test_a_function_is_known_by_its_source_and_by_what_a_partial_adds() -> None:
    assert own(short).params == own(short).params != own(awaited).params
    code = own(partial(at_most, 9)).params["function"]
    assert own(partial(at_most, 8, strict=True)).params == {
        "function": code, "args": [8], "keywords": {"strict": True},
    }  # fmt: skip
    # Nothing that is another in each process, such as an address, or experiments would not go on.
    assert own(partial(at_most, LongerThan(1))).params["args"] == ["LongerThan"]
    assert own(partial(max)).params == {"function": None, "args": [], "keywords": {}}


async def test_a_function_that_takes_its_time_does_not_hold_up_the_loop() -> None:
    may_end = threading.Event()

    def slow(text: str, sample: Sample) -> bool:
        return may_end.wait(30)

    sample = Sample(id="1", input="?", target=None)
    scoring = asyncio.create_task(own(slow).score(Answer(text="x", sample=sample, client=NOBODY)))
    await asyncio.sleep(0)
    may_end.set()  # which only a loop that goes on comes to
    assert (await scoring).value == 1


async def test_functions_are_never_called_twice_at_a_time() -> None:
    busy = threading.Lock()

    def alone(text: str, sample: Sample) -> bool:
        with_lock = busy.acquire(blocking=False)
        if with_lock:
            busy.release()
        return with_lock

    scorer, sample = own(alone), Sample(id="1", input="?", target=None)
    answers = [Answer(text=str(n), sample=sample, client=NOBODY) for n in range(200)]
    scores = await asyncio.gather(*(scorer.score(answer) for answer in answers))
    assert {score.value for score in scores} == {1.0}


async def test_an_evaluation_takes_functions_beside_names_and_scorers(
    tmp_path: Path, simulated: Settings
) -> None:
    def by_length(text: str, sample: Sample) -> dict[str, Any]:
        return {"value": 1 / (1 + len(text)), "explanation": f"{len(text)} letters"}

    given = Scorer(name="given", give=lambda answer: Score(value=float(answer.sample.id in "13")))
    dataset = load_dataset([{"input": f"What is 17 + {n}?", "target": "43", "id": n} for n in "123"])
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        experiment = await evaluate(client, ["sim/swift"], dataset, scorers=["contains", by_length, given])
    frame = client.log.scores(experiment=experiment.id)
    assert sorted(frame["scorer"].unique()) == ["by_length", "contains", "given"]
    own_scores = results(client.log, experiment.id, scorer="by_length")
    assert (own_scores["value"] == 1 / (1 + own_scores["text"].str.len())).all()
    assert (own_scores["explanation"] == own_scores["text"].str.len().astype(str) + " letters").all()
    assert results(client.log, experiment.id, scorer="given")["value"].sum() == 2


def test_a_key_that_a_function_is_given_is_not_told() -> None:
    def asks(api_key: str, most: int, text: str, sample: Sample, *, password: str = "") -> int:
        return len(api_key + password) + most

    scorer = own(partial(asks, "sk-canary", 3, password="pw-canary"))
    assert (scorer.params["args"], scorer.params["keywords"]) == (["str", 3], {"password": "str"})
    assert scored(scorer, "x") == Score(value=21.0)
