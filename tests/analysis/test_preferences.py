from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from workbench.analysis.estimates import proportion
from workbench.analysis.preferences import (
    judgements,
    label_shares,
    models_of,
    preferences,
    scores_by_label,
    votes_with_scores,
)
from workbench.log import Log, Recorder
from workbench.log.labelling import Judgement, keep

CALLS = {(model, sample): UUID(int=ord(model) * 100 + sample) for model in "abc" for sample in range(9)}
MODELS = {call: model for (model, _), call in CALLS.items()}


def vote(sample: int, shown: str, chosen: str, labeller: str = "ann", **fields: Any) -> Judgement:
    return Judgement(
        kind="vote",
        labeller=labeller,
        question="Better?",
        calls=tuple(CALLS[model, sample] for model in shown),
        chosen=tuple(CALLS[model, sample] for model in chosen),
        **{"experiment": "e", "sample": str(sample), **fields},
    )


def label(sample: int, model: str, word: str, labeller: str = "ann") -> Judgement:
    return Judgement(
        kind="label",
        labeller=labeller,
        question="Right?",
        calls=(CALLS[model, sample],),
        label=word,
        experiment="e",
        sample=str(sample),
    )


def test_a_share_of_comparisons_won_has_wilsons_interval_over_samples() -> None:
    table = preferences([vote(n, "ab", "a" if n < 6 else "b") for n in range(8)], MODELS)
    assert table["model"].tolist() == ["a", "b"]
    won = proportion(6, 8)
    first = table.iloc[0]
    assert (first["preferred"], first["low"], first["high"]) == (won.value, won.low, won.high)
    assert first[["n", "comparisons", "won", "equal", "lost"]].tolist() == [8, 8, 6, 0, 2]
    assert table.iloc[1]["preferred"] == 1 - won.value


def test_ties_and_none_good_count_half() -> None:
    table = preferences([vote(0, "ab", "a"), vote(1, "ab", "ab"), vote(2, "ab", "")], MODELS)
    assert table["preferred"].tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert table["equal"].tolist() == [2, 2]
    assert (table["low"] >= 0).all()
    assert (table["high"] <= 1).all()


def test_a_vote_among_three_compares_each_with_each() -> None:
    table = preferences([vote(0, "abc", "ab")], MODELS).set_index("model")
    # a and b tie with each other and beat c
    assert table["preferred"].to_dict() == {"a": 0.75, "b": 0.75, "c": 0.0}
    assert table["comparisons"].tolist() == [2, 2, 2]


def test_several_votes_on_one_sample_are_one_sample() -> None:
    of_ten = [vote(0, "ab", "a", labeller=str(n)) for n in range(10)]
    (first, _) = preferences(of_ten, MODELS).to_dict("records")
    assert (first["n"], first["comparisons"], first["low"]) == (1, 10, proportion(1, 1).low)
    apart = [replace(vote(n, "ab", "a"), sample=None) for n in range(2)]
    assert preferences(apart, MODELS)["n"].tolist() == [2, 2]


def test_calls_of_one_model_and_calls_that_are_not_known_compare_nothing() -> None:
    both_a = dict.fromkeys(MODELS, "a")
    assert preferences([vote(0, "ab", "a")], both_a).empty
    assert preferences([vote(0, "ab", "a")], {CALLS["a", 0]: "a"}).empty
    assert preferences([label(0, "a", "right")], MODELS).empty
    assert list(preferences([], MODELS).columns)[:2] == ["model", "preferred"]


def test_labels_are_counted_for_each_model() -> None:
    given = [label(n, "a", "right") for n in range(3)] + [label(3, "a", "wrong"), label(0, "b", "wrong")]
    given += [label(0, "a", "wrong", labeller="ben"), vote(0, "ab", "a")]
    table = label_shares(given, MODELS).set_index(["model", "label"])
    # sample 0 is half right: (0.5 + 1 + 1 + 0) / 4
    assert table.loc[("a", "right"), ["share", "n", "count"]].tolist() == [0.625, 4, 3]
    assert table.loc[("a", "wrong"), ["share", "n", "count"]].tolist() == [0.375, 4, 2]
    assert table.loc[("b", "right"), ["share", "n", "count"]].tolist() == [0.0, 1, 0]
    assert label_shares([], MODELS).empty


def test_people_and_scores_agree_where_the_higher_score_wins() -> None:
    scores = {CALLS["a", n]: 1.0 for n in range(5)} | {CALLS["b", n]: 0.0 for n in range(4)}
    scores[CALLS["b", 4]] = 1.0
    votes = [vote(0, "ab", "a"), vote(1, "ba", "a"), vote(2, "ab", "b")]
    undecided = [vote(3, "ab", "ab"), vote(4, "ab", "a"), vote(5, "ab", "a")]  # tie; equal; no score
    agreed = votes_with_scores([*votes, *undecided], MODELS, scores)
    assert (agreed.value, agreed.n) == (pytest.approx(2 / 3), 3)
    assert math.isnan(votes_with_scores(undecided, MODELS, scores).value)


def test_labels_have_the_mean_score_of_their_answers() -> None:
    given = [label(0, "a", "right"), label(1, "a", "right"), label(2, "a", "wrong"), label(3, "a", "wrong")]
    scores = {CALLS["a", 0]: 1.0, CALLS["a", 1]: 0.5, CALLS["a", 2]: 0.0}
    assert scores_by_label(given, scores).to_dict("records") == [
        {"label": "right", "score": 0.75, "answers": 2},
        {"label": "wrong", "score": 0.0, "answers": 1},
    ]


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path)
    yield recorder
    recorder.close()


async def test_the_judgements_of_a_log_come_with_the_models_of_their_calls(
    recorder: Recorder, tmp_path: Path
) -> None:
    for (model, _), call in CALLS.items():
        await recorder.write("calls", orjson.dumps({"id": call, "provider": "p", "model": model}))
    first, second = vote(0, "ab", "a", note=None), label(0, "a", "5", labeller="ben")
    for each in (first, second, vote(1, "ab", "b", experiment="other")):
        await keep(recorder, each)
    log = Log(tmp_path)
    found = judgements(log, experiment="e")
    assert found == [first, second]
    assert models_of(log, found) == {CALLS["a", 0]: "p/a", CALLS["b", 0]: "p/b"}
    assert judgements(log, question="Right?") == judgements(log, labeller="ben") == [second]
    assert judgements(log, question="Kind?") == []
    assert models_of(log, []) == {}


async def test_answers_to_several_prompts_bear_the_names_of_their_prompts(
    recorder: Recorder, tmp_path: Path
) -> None:
    for (model, sample), call in CALLS.items():
        run = f"e:{sample % 2}"
        await recorder.write("calls", orjson.dumps({"id": call, "provider": "p", "model": model, "run": run}))
    for number, prompt in enumerate(("brief", None)):
        await recorder.write("runs", orjson.dumps({"id": f"e:{number}", "prompt": prompt}))
    found = models_of(Log(tmp_path), [vote(0, "a", "a"), vote(1, "b", "b")])
    assert found == {CALLS["a", 0]: "p/a [brief]", CALLS["b", 1]: "p/b"}
