from __future__ import annotations

from uuid import UUID

from workbench.log.labelling import Judgement
from workbench.widgets.labelling.items import Answer, Item
from workbench.widgets.labelling.next_item import next_item

_PLACE = {"a": 1, "b": 2, "c": 3}


def pair(sample: int, models: str, *, disputed: bool = False) -> Item:
    answers = (
        Answer(call=UUID(int=100 * sample + _PLACE[model]), model=model, text=model) for model in models
    )
    return Item(answers=tuple(answers), sample=str(sample), disputed=disputed)


def vote(item: Item, winner: str | None, labeller: str = "ann") -> Judgement:
    chosen = [answer.call for answer in item.answers if winner in {answer.model, "tie"}]
    calls = tuple(answer.call for answer in item.answers)
    return Judgement(kind="vote", labeller=labeller, question="?", calls=calls, chosen=tuple(chosen))


def asked(items: list[Item], labeller: str = "ann", earlier: tuple[Judgement, ...] = ()) -> list[Item]:
    """All items in the order in which they come to a person who always prefers the first model by name."""
    order, judgements = [], list(earlier)
    while (item := next_item(items, judgements, labeller)) is not None:
        order.append(item)
        judgements.append(vote(item, min(answer.model for answer in item.answers), labeller))
    return order


def test_every_item_comes_once_and_then_nothing() -> None:
    items = [pair(sample, models) for sample in range(5) for models in ("ab", "bc")]
    order = asked(items)
    assert len(order) == len(items)
    assert {item.key for item in order} == {item.key for item in items}


def test_what_nobody_has_judged_comes_before_what_others_have() -> None:
    items = [pair(sample, "ab", disputed=sample < 5) for sample in range(10)]
    of_bob = tuple(vote(item, "tie", "bob") for item in items[:7])
    order = asked(items, "ann", of_bob)
    assert {item.sample for item in order[:3]} == {"7", "8", "9"}
    assert len(order) == 10


def test_items_on_which_the_models_disagree_come_first() -> None:
    items = [pair(sample, "ab", disputed=sample in {3, 7}) for sample in range(10)]
    assert {item.sample for item in asked(items)[:2]} == {"3", "7"}


def test_among_pairs_the_one_comes_whose_ranking_is_least_certain() -> None:
    voted = [pair(sample, models) for sample in range(4) for models in ("ab", "bc", "ac")]
    # a always beats b, b and c take turns, a against c is 3 : 1
    winners = {"ab": "aaaa", "bc": "bcbc", "ac": "aaac"}
    votes = [
        vote(item, winners[names][int(item.sample or 0)], "bob")
        for item in voted
        for names in ["".join(sorted(answer.model for answer in item.answers))]
    ]
    new = {names: pair(9, names) for names in winners}
    left = list(new.values())
    order = []
    while left:
        item = next_item([*voted, *left], votes, "bob")
        assert item is not None
        order.append("".join(sorted(answer.model for answer in item.answers)))
        left.remove(item)
    assert order == ["bc", "ac", "ab"]


def test_a_pair_that_was_never_compared_comes_before_one_that_is_even() -> None:
    even = [pair(sample, "ab") for sample in range(4)]
    votes = [vote(item, "ab"[place % 2], "bob") for place, item in enumerate(even)]
    new = [pair(9, "ab"), pair(9, "ac")]
    found = next_item([*even, *new], votes, "bob")
    assert found is new[1]


def test_of_single_answers_the_model_that_was_judged_least_comes_next() -> None:
    items = [pair(sample, model) for sample in range(3) for model in "ab"]
    models = [item.answers[0].model for item in asked(items)]
    assert all({models[place], models[place + 1]} == {"a", "b"} for place in (0, 2, 4))


def test_the_rest_is_chance_that_is_the_same_again_for_the_same_person() -> None:
    items = [pair(sample, "ab") for sample in range(30)]
    assert asked(items) == asked(list(reversed(items)))
    assert asked(items) != items
    assert asked(items, "ann") != asked(items, "ben")


def test_what_was_skipped_does_not_come() -> None:
    items = [pair(sample, "ab") for sample in range(3)]
    assert next_item(items, [], "ann", skipped=items[:2]) is items[2]
    assert next_item(items, [], "ann", skipped=items) is None
    assert next_item([], [], "ann") is None
