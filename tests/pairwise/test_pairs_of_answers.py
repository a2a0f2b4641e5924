"""Which answers are set against each other, without a judge."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pandas as pd
import pytest

from workbench.errors import ConfigError
from workbench.evals.dataset import load_dataset
from workbench.pairwise.duels import answers_of, duels_of, pairs_of
from workbench.pairwise.questions import rubrics_of

AB = [("a", "b")]


def answer(model: str, sample: str, epoch: int = 0, **fields: Any) -> dict[str, Any]:
    call = uuid5(NAMESPACE_OID, f"{model} {sample} {epoch}")
    row = {"model": model, "sample": sample, "epoch": epoch, "status": "ok", "text": f"{model} on {sample}"}
    return {**row, "target": None, "call_id": call, **fields}


def shown(
    rows: list[dict[str, Any]], *, pairs: Any = AB, samples: int | None = None, seed: int = 0
) -> list[Any]:
    duels = duels_of(answers_of(pd.DataFrame(rows)), pairs, samples, seed)
    return [(duel.sample, duel.epoch, duel.first.model, duel.second.model) for duel in duels]


MANY = [answer(model, str(n)) for n in range(20) for model in "abc"]


def test_each_pair_of_a_sample_is_shown_in_both_orders_before_the_next_sample() -> None:
    assert shown(MANY[:6]) == [("0", 0, "a", "b"), ("0", 0, "b", "a"), ("1", 0, "a", "b"), ("1", 0, "b", "a")]
    assert len(shown(MANY, pairs=pairs_of(None, ["a", "b", "c"]))) == 20 * 3 * 2


def test_what_failed_or_has_no_partner_is_left_out_and_the_first_common_epoch_counts() -> None:
    rows = [
        answer("a", "1", status="error", text=None),
        answer("b", "1"),
        answer("a", "2", 0, status="error", text="half of it"),
        answer("b", "2", 0),
        *(answer(model, "2", epoch) for epoch in (1, 2) for model in "ab"),
    ]
    assert shown(rows) == [("2", 1, "a", "b"), ("2", 1, "b", "a")]


def test_an_empty_answer_is_an_answer() -> None:
    assert len(shown([answer("a", "1", text=""), answer("b", "1")])) == 2


def test_samples_are_drawn_by_the_seed_in_their_order() -> None:
    one, same, other = ([int(row[0]) for row in shown(MANY, samples=6, seed=seed)] for seed in (0, 0, 1))
    assert one == same != other
    assert len(set(one)) == 6
    assert one == sorted(one)
    assert shown(MANY, samples=50) == shown(MANY)
    with pytest.raises(ConfigError, match="samples is 0"):
        shown(MANY, samples=0)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("a", "z")], "give two that answered, of a, b"),
        ([("a", "a")], "no pair of models"),
        ([("a", "b", "a")], "no pair of models"),
        ([("a", "b"), ("b", "a")], "two pairs are the same"),
        ([], "nothing to compare"),
    ],
)
def test_pairs_are_of_two_models_that_answered(pairs: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        pairs_of(pairs, ["a", "b"])
    with pytest.raises(ConfigError, match="nothing to compare"):
        pairs_of(None, ["a"])


def test_a_rubric_may_name_the_fields_of_a_data_set() -> None:
    duels = duels_of(answers_of(pd.DataFrame(MANY[:3])), AB, None, 0)
    dataset = load_dataset([{"id": "0", "input": "?", "target": "x", "tone": "kind"}])
    assert rubrics_of("Be {tone}.", duels, dataset) == {"0": "Be kind."}
    assert rubrics_of("Be good.", duels, None) == {"0": "Be good."}
    for given in (dataset, None):
        with pytest.raises(ConfigError, match=r"the rubric has \{length\}, for which sample '0' has nothing"):
            rubrics_of("{length}", duels, given)
    with pytest.raises(ConfigError, match="the rubric is ' '"):
        rubrics_of(" ", duels, None)
