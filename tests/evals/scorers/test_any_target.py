"""Targets of which any will do, and what a scorer says of itself."""

from __future__ import annotations

import orjson
import pytest
from scored import scored

from workbench.errors import DataError
from workbench.evals.dataset import Sample, load_dataset
from workbench.evals.scorers import SCORERS, chrf, exact, members, number, scorers_of
from workbench.evals.scorers.targets import any_number_of, any_of


@pytest.mark.parametrize(
    ("target", "texts"),
    [
        ('["Rome", "Roma"]', ("Rome", "Roma")),
        (' ["Rome"]\n', ("Rome",)),
        # anything else is one target: a list of numbers is what a program prints
        ("Rome", ("Rome",)),
        ("[1, 2]", ("[1, 2]",)),
        ('["a", 1]', ('["a", 1]',)),
        ("[]", ("[]",)),
        ("[sic]", ("[sic]",)),
        ("[" * 5000, ("[" * 5000,)),
    ],
)
def test_a_json_list_of_texts_is_several_targets(target: str, texts: tuple[str, ...]) -> None:
    assert any_of(target) == texts


def test_a_list_of_numbers_is_several_targets_for_numbers() -> None:
    assert any_number_of("[1, 2.50]") == ("1", "2.50")
    assert scored("number", "It is 2.5.", "[1, 2.50]").value == 1
    assert scored("number", "It is 3.", "[1, 2.50]").value == 0


@pytest.mark.parametrize(
    ("name", "text"), [("exact", "roma."), ("contains", "I say Roma"), ("f1", "The Roma"), ("rougeL", "roma")]
)
def test_any_of_several_targets_will_do(name: str, text: str) -> None:
    assert scored(name, text, '["Rome", "Roma"]').value == 1


def test_the_best_of_several_targets_counts_and_is_said() -> None:
    given = scored("f1", "the old city of Rome", '["Milan", "city of Rome", "Rome"]')
    # 3 words shared of 4 and 3: 2 * 3 / 7
    assert given.value == pytest.approx(6 / 7)
    assert given.explanation.endswith("(the best of 3 targets)")


def test_each_of_several_targets_is_checked() -> None:
    with pytest.raises(DataError, match="the target 'many' has no number"):
        scored("number", "1", '["1", "many"]')


@pytest.mark.parametrize("name", SCORERS)
def test_a_sample_without_a_target_is_refused(name: str) -> None:
    with pytest.raises(
        DataError, match=f"sample '7' has no target for the scorer '{name}'".replace("+", r"\+")
    ):
        SCORERS[name].check(Sample(id="7", input="?", target=None))


@pytest.mark.parametrize("name", SCORERS)
def test_a_row_may_name_any_scorer_of_the_table(name: str) -> None:
    target = {"quantity": "5 km", "number": "5", "json_equal": "{}"}.get(
        name, "B, C" if name == "choices" else "B"
    )
    target = "two words" if name == "rouge2" else "word" if name in ("f1", "rouge1", "rougeL") else target
    dataset = load_dataset([{"input": "?", "target": target, "scorer": name}])
    assert [sample.scorer for sample in dataset] == [name]
    assert SCORERS[name].name == name


def test_a_scorer_says_in_json_what_was_chosen() -> None:
    assert number(abs_tol=0.5).params == {"kind": "number", "abs_tol": 0.5}
    assert exact(ignore_case=False, name="to the letter").params == {"kind": "exact", "ignore_case": False}
    assert members(graded="f1").params == {"kind": "members", "graded": "f1"}
    for scorer in SCORERS.values():
        assert orjson.loads(orjson.dumps(scorer.params)) == scorer.params


def test_two_of_one_kind_stand_side_by_side_under_their_names() -> None:
    near, nearer = number(rel_tol=0.1, name="near"), number(rel_tol=0.01, name="nearer")
    assert [scorer.name for scorer in scorers_of([near, nearer, chrf()])] == ["near", "nearer", "chrf"]
