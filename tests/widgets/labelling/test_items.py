from __future__ import annotations

from typing import Any
from uuid import UUID

import pandas as pd
import pytest

from workbench.errors import ConfigError
from workbench.widgets.labelling.items import Answer, Item, items_of


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"call_id": UUID(int=number), "status": "ok", "epoch": 0} | row
            for number, row in enumerate(rows, 1)
        ]
    )


def answer(model: str, text: str | None, sample: str | None = "s1", **fields: Any) -> dict[str, Any]:
    return {"model": model, "text": text, "sample": sample, **fields}


def pairs(found: list[Item]) -> list[tuple[str, str]]:
    return [(item.answers[0].model, item.answers[1].model) for item in found]


def test_each_two_models_that_answered_the_same_make_a_pair() -> None:
    rows = [answer(model, f"{model} says so", sample) for sample in ("s1", "s2") for model in "abc"]
    found = items_of(frame(*rows), pairs=True)
    assert pairs(found) == [("a", "b"), ("a", "c"), ("b", "c")] * 2
    assert [item.sample for item in found] == ["s1"] * 3 + ["s2"] * 3


def test_what_leaves_no_choice_is_no_pair() -> None:
    found = items_of(
        frame(
            answer("a", "Paris"),
            answer("a", "Paris, again", epoch=0),  # the same model
            answer("b", "Paris"),  # the same words as the first
            answer("c", " "),
            answer("d", None),
            answer("e", "Rome", status="error"),
            answer("f", "Rome", epoch=1),  # another repetition
        ),
        pairs=True,
    )
    assert [[answer.text for answer in item.answers] for item in found] == [["Paris, again", "Paris"]]


def test_every_answer_with_a_text_is_an_item_for_a_label() -> None:
    found = items_of(frame(answer("a", "Paris"), answer("b", ""), answer("c", "Rome")), pairs=False)
    assert [item.answers[0].model for item in found] == ["a", "c"]


def test_a_sample_is_disputed_where_other_answers_or_scores_were_read() -> None:
    rows = [
        answer("a", "x", "s1", label="4", value=1.0),
        answer("b", "y", "s1", label="4", value=1.0),
        answer("a", "x", "s2", label="4", value=1.0),
        answer("b", "y", "s2", label="5", value=0.0),
        answer("a", "x", "s3", value=float("nan")),
        answer("b", "y", "s3", value=0.5),
    ]
    for judged_in_pairs in (True, False):
        found = items_of(frame(*rows), pairs=judged_in_pairs)
        assert {item.sample: item.disputed for item in found} == {"s1": False, "s2": True, "s3": False}


def test_calls_without_samples_belong_together_by_what_they_asked() -> None:
    rows = [
        {
            "id": UUID(int=number),
            "provider": "p",
            "model": f"m{number}",
            "text": f"{number}",
            "request": asked,
        }
        for number, asked in enumerate(["why?", "why?", "who?", "who?"])
    ]
    found = items_of(pd.DataFrame(rows), pairs=True)
    assert pairs(found) == [("p/m0", "p/m1"), ("p/m2", "p/m3")]


def test_a_frame_of_something_else_is_refused() -> None:
    with pytest.raises(ConfigError, match="no column 'text'"):
        items_of(pd.DataFrame({"id": [], "model": []}), pairs=True)


def test_the_order_is_each_persons_own_and_stays() -> None:
    answers = tuple(Answer(call=UUID(int=n), model=f"m{n}", text="x") for n in range(2))
    item, turned = Item(answers=answers), Item(answers=answers[::-1])
    first = {name: item.in_order_for(name)[0].model for name in map(str, range(40))}
    assert set(first.values()) == {"m0", "m1"}
    assert first == {name: item.in_order_for(name)[0].model for name in first}
    assert item.key == turned.key
    assert item.calls == turned.calls
