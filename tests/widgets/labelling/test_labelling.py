from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest

from workbench.errors import ConfigError
from workbench.log.labelling import Judgement
from workbench.widgets.labelling.items import Answer, Item
from workbench.widgets.labelling.labelling import Labelling, label_choices


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def items(count: int, width: int = 2) -> list[Item]:
    return [
        Item(
            answers=tuple(
                Answer(call=UUID(int=10 * n + place), model=f"m{place}", text="x") for place in range(width)
            ),
            experiment="e",
            sample=str(n),
        )
        for n in range(1, count + 1)
    ]


def voting(count: int = 3, **fields: Any) -> Labelling:
    return Labelling(items=items(count), question="Better?", labeller="ann", **fields)


def press(state: Labelling, keys: Iterable[str]) -> list[Judgement | None]:
    return [state.press(key) for key in keys]


def test_labels_in_one_text_are_not_taken_for_one_label_per_letter() -> None:
    with pytest.raises(ConfigError, match=r"labels are 'right', a text: give a list"):
        label_choices("right")


def test_a_key_chooses_among_the_answers_as_they_are_shown() -> None:
    clock = Clock()
    state = voting(5, clock=clock)
    chosen = {"1": (0,), "2": (1,), "0": (0, 1), "t": (0, 1), "x": ()}
    for key, places in chosen.items():
        item, shown = state.current, [answer.call for answer in state.answers]
        clock.now += 2.5
        row = state.press(key)
        assert row is not None
        assert item is not None
        assert list(row.calls) == shown
        assert row.chosen == tuple(shown[place] for place in places)
        assert (row.kind, row.sample, row.experiment, row.blind) == ("vote", item.sample, "e", True)
        assert row.duration_s == 2.5
    assert state.current is None
    assert state.done == 5


def test_a_label_has_its_number_where_it_is_one() -> None:
    scale = Labelling(
        items=items(2, 1), question="How good?", labeller="ann", labels=("1", "2", "3"), blind=False
    )
    row = scale.press("2", "  nearly ")
    assert row is not None
    assert (row.kind, row.label, row.value, row.note, row.chosen) == ("label", "2", 2.0, "nearly", None)
    words = Labelling(items=items(1, 1), question="?", labeller="ann", labels=("right", "wrong"))
    row = words.press("2")
    assert row is not None
    assert (row.label, row.value, row.note) == ("wrong", None, None)


def test_keys_that_are_no_command_here_say_nothing() -> None:
    state = voting()
    assert press(state, ["3", "X", "Enter", ""]) == [None] * 4
    assert state.done == 0
    labels = Labelling(items=items(1, 1), question="?", labeller="ann", labels=("right", "wrong"))
    assert press(labels, ["0", "t", "x", "3"]) == [None] * 4


def test_undo_takes_the_last_one_back_and_shows_it_again() -> None:
    state = voting()
    first = state.current
    row = state.press("1")
    assert row is not None
    taken_back = state.press("u")
    assert taken_back is not None
    assert not taken_back.stands
    assert (taken_back.calls, taken_back.labeller, taken_back.question) == (row.calls, "ann", "Better?")
    assert state.current is first
    assert state.done == 0
    assert state.press("u") is None


def test_the_last_item_of_all_may_be_taken_back_too() -> None:
    state = voting(1)
    press(state, "1u2")
    assert state.current is None
    assert state.done == 1


def test_what_is_skipped_is_not_shown_again_and_not_judged() -> None:
    state = voting(3)
    skipped = state.current
    assert state.press("s") is None
    press(state, "11")
    assert state.current is None
    assert state.skipped == [skipped]
    assert skipped not in [state.item_of(row) for row in state.own]
    assert state.press("s") is None


def test_it_goes_on_where_the_person_was_and_undoes_what_was_judged_before() -> None:
    before = voting(4)
    rows = [row for row in press(before, "12") if row]
    state = voting(4, judgements=list(rows))
    assert state.done == 2
    assert state.current == before.current
    taken_back = state.press("u")
    assert taken_back is not None
    assert taken_back.calls == rows[-1].calls


def test_others_judgements_are_not_ones_own() -> None:
    of_bob = Labelling(items=items(3), question="Better?", labeller="bob")
    rows = [row for row in press(of_bob, "111") if row]
    state = voting(3, judgements=list(rows))
    assert (state.done, state.press("u")) == (0, None)
    press(state, "111")
    assert state.done == 3
    assert len(state.judgements) == 6


def test_how_long_it_takes_is_told_by_the_median_pace() -> None:
    clock = Clock()
    state = voting(6, clock=clock)
    assert state.left_s is None
    for seconds in (3.0, 100.0, 5.0):
        clock.now += seconds
        state.press("1")
    state.press("s")
    assert state.left_s == 2 * 5.0


@pytest.mark.parametrize(
    ("labels", "keys"),
    [
        (["right", "wrong", "unclear"], ["1", "2", "3"]),
        (range(1, 6), ["1", "2", "3", "4", "5"]),
        ([0, 1], ["0", "1"]),
        (["1", "10"], ["1", "2"]),
    ],
)
def test_each_label_has_a_key(labels: Iterable[object], keys: list[str]) -> None:
    choices = label_choices(labels)
    assert [choice.key for choice in choices] == keys
    assert [choice.label for choice in choices] == [str(label) for label in labels]


@pytest.mark.parametrize("labels", [[], ["only"], ["a", "a"], ["a", ""], range(10)])
def test_labels_that_no_keys_fit_are_refused(labels: Iterable[object]) -> None:
    with pytest.raises(ConfigError, match="give two to 9, all different"):
        label_choices(labels)
