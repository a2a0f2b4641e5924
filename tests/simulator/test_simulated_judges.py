"""What simulated judges say of answers, asked as the workbench's judges are."""

from __future__ import annotations

import json
from statistics import fmean
from typing import Any

import pytest

from workbench.client import Client
from workbench.evals.scorers.judging.fence import fenced
from workbench.evals.scorers.judging.verdicts import Labels, verdicts_of
from workbench.simulator.answers import Answers
from workbench.simulator.models import JUDGES, MODELS, SimModel
from workbench.simulator.questions import Known

KNOWN = {f"What is the capital of country {n}?": Known(f"City{n}", "capital") for n in range(200)}
ANSWERS = Answers(KNOWN)
FAIR, BIASED = JUDGES
PAIR = {
    "properties": {
        "explanation": {"type": "string"},
        "better": {"type": "string", "enum": ["first", "second", "tie"]},
    }
}


def said(judge: SimModel, schema: dict[str, Any] | None, **blocks: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads("".join(ANSWERS.say(judge, fenced(**blocks), schema=schema).tokens))
    return answer


def marks(judge: SimModel, answers: dict[str, str], labels: Labels | None = None) -> list[Any]:
    verdicts = verdicts_of(labels, None)
    return [
        said(judge, verdicts.answer, question=question, answer=answer)[verdicts.name]
        for question, answer in answers.items()
    ]


def test_right_answers_get_better_marks_than_wrong_ones_and_not_all_the_same() -> None:
    right = marks(FAIR, {question: known.target for question, known in KNOWN.items()})
    wrong = marks(FAIR, dict.fromkeys(KNOWN, "I do not know."))
    assert set(right) | set(wrong) <= {1, 2, 3, 4, 5}
    assert fmean(right) > 4
    assert fmean(wrong) < 2.5
    assert len(set(right)) > 1
    assert right == marks(FAIR, {question: known.target for question, known in KNOWN.items()})


def test_labels_go_from_the_best_to_the_worst() -> None:
    labels = {"right": 1.0, "wrong": 0.0}
    right = marks(FAIR, {question: known.target for question, known in KNOWN.items()}, labels)
    wrong = marks(FAIR, dict.fromkeys(KNOWN, "I do not know."), labels)
    assert right.count("right") > 190
    assert wrong.count("wrong") > 190


def test_a_reference_says_what_is_right_where_the_question_is_not_known() -> None:
    blocks = {"question": "Why?", "reference": "Because of rain."}
    verdicts = verdicts_of(None, (0, 100))
    near = said(FAIR, verdicts.answer, **blocks, answer="because  of rain.")
    far = said(FAIR, verdicts.answer, **blocks, answer="Nobody can tell.")
    assert near["score"] > far["score"]
    assert list(near) == ["explanation", "score"]
    other = said(FAIR, verdicts.answer, question="Why?", answer="Because of rain.")
    assert 0 <= other["score"] <= 100


def shares(judge: SimModel, first: str, second: str) -> dict[str, float]:
    """How often each verdict is given on two answers to the known questions."""
    given = [said(judge, PAIR, question=question, first=first, second=second)["better"] for question in KNOWN]
    return {word: given.count(word) / len(given) for word in ("first", "second", "tie")}


def test_the_fair_judge_has_no_side_and_the_biased_one_prefers_the_first() -> None:
    fair, biased = (shares(judge, "No idea.", "No idea.") for judge in (FAIR, BIASED))
    assert fair["first"] == pytest.approx(fair["second"], abs=0.1)
    assert fair["tie"] > 0.5
    assert biased["first"] > 0.7


def test_the_biased_judge_prefers_the_longer_answer() -> None:
    short, long = "I do not know.", "I do not know. " * 20
    fair, biased = (
        fmean((shares(judge, short, long)["second"], shares(judge, long, short)["first"]))
        for judge in (FAIR, BIASED)
    )
    assert biased > 0.6
    assert fair < 0.2


def test_the_better_of_two_answers_wins() -> None:
    given = [
        said(FAIR, PAIR, question=question, first="No idea.", second=known.target)["better"]
        for question, known in KNOWN.items()
    ]
    assert given.count("second") > 190


@pytest.mark.parametrize(
    ("judge", "schema", "blocks"),
    [
        (MODELS[0], PAIR, {"question": "Why?", "first": "a", "second": "b"}),
        (FAIR, None, {"question": "Why?", "answer": "a"}),
        (FAIR, PAIR, {"question": "Why?"}),
    ],
    ids=["no judge", "no schema", "nothing to judge"],
)
def test_who_is_no_judge_or_not_asked_to_judge_answers_as_ever(
    judge: SimModel, schema: dict[str, Any] | None, blocks: dict[str, str]
) -> None:
    words = "".join(ANSWERS.say(judge, fenced(**blocks), schema=schema).tokens)
    assert not words.startswith("{")


async def test_judges_can_be_asked_but_are_in_no_listing(client: Client) -> None:
    names = {f"sim/{each.name}" for each in JUDGES}
    verdicts = verdicts_of(None, None)
    asked = fenced(question="What is the capital of France?", answer="Paris")
    for name in names:
        answer = await client.chat(name, asked, schema=verdicts.answer)
        assert answer.parsed["score"] in range(1, 6)
        assert answer.cost_usd
    listed = {f"sim/{model.id}" for model in await client.models("sim")}
    [simulator] = [each for each in await client.reachable() if each.provider == "sim"]
    assert names.isdisjoint(listed | {*simulator.models, *simulator.suggested})
    assert listed == {f"sim/{model.name}" for model in MODELS}
