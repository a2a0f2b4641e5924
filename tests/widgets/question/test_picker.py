from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import ConfigError
from workbench.widgets.question.choices import Choice
from workbench.widgets.question.draft import MOST_MODELS
from workbench.widgets.question.picker import NOBODY, ROWS, Picker

MANY = [f"host/m{number:04}" for number in range(1000)]
HOSTILE = "evil/<img src=x onerror=alert(1)>$a$"


class Changes:
    """Counts them."""

    count = 0

    def __call__(self) -> None:
        self.count += 1


def rows(picker: Picker) -> list[str]:
    """The names in the list, from the boxes that are in it."""
    shown = [row.children[0] for row in picker._list.children]
    return [name for box in shown for name, each in picker.boxes.items() if each is box]


def chips(picker: Picker) -> list[Any]:
    return list(picker._chips.children)


def type_and_enter(picker: Picker, text: str) -> None:
    """What the page sends; it has emptied the field by then."""
    picker.view.children[-1]._handle_custom_msg({"enter": text}, [])


def test_a_models_button_is_made_once_however_often_the_choice_changes() -> None:
    picker = Picker(["a/b"], ["a/b", "z/b"], Changes())
    (first,) = chips(picker)
    for names in (["z/b", "a/b"], ["z/b"], ["a/b"]):
        picker.choose(names)
    assert chips(picker) == [first]


def test_given_models_are_ticked_on_top_and_have_a_button_in_their_colour() -> None:
    picker = Picker(["z/b", "z/b"], ["a/b", "z/b"], Changes())
    assert picker.chosen == ("z/b",)
    assert rows(picker) == ["z/b", "a/b"]
    assert [picker.boxes[name].value for name in rows(picker)] == [True, False]
    (chip,) = chips(picker)
    assert chip.description == "z/b ×"
    assert picker.colours["z/b"] in chip.layout.border_left


def test_ticking_and_unticking_choose_and_no_row_moves() -> None:
    changes = Changes()
    picker = Picker([], ["a/b", "c/d", "e/f"], changes)
    picker.boxes["e/f"].value = True
    picker.boxes["a/b"].value = True
    assert list(picker.chosen) == ["e/f", "a/b"]
    assert rows(picker) == ["a/b", "c/d", "e/f"]
    picker.boxes["e/f"].value = False
    assert list(picker.chosen) == ["a/b"]
    assert changes.count == 3


def test_pressing_a_chosen_model_takes_it_out() -> None:
    changes = Changes()
    picker = Picker(["a/b", "c/d"], [], changes)
    chips(picker)[0].click()
    assert list(picker.chosen) == ["c/d"]
    assert [chip.description for chip in chips(picker)] == ["c/d ×"]
    assert (picker.boxes["a/b"].value, changes.count) == (False, 1)


def test_typing_narrows_a_thousand_models_and_only_some_of_them_are_widgets() -> None:
    picker = Picker([], MANY, Changes())
    assert rows(picker) == MANY[:ROWS]
    assert "950 more: type to narrow" in picker._more.value
    picker.search.value = "HOST m099"
    assert rows(picker) == MANY[990:]
    assert picker._more.value == ""
    assert len(picker.boxes) == ROWS + 10


def test_a_name_that_is_not_listed_is_added_by_button_or_enter_and_the_field_is_empty_again() -> None:
    changes = Changes()
    picker = Picker(["a/b"], [], changes)
    picker.search.value = " my/own "
    assert picker.add_button.description == "Add my/own"
    assert "No model here is called &#x27;my/own&#x27;" in picker._more.value
    picker.add_button.click()
    assert (picker.chosen, picker.search.value) == (("a/b", "my/own"), "")
    type_and_enter(picker, "another/one")
    assert (picker.chosen, picker.search.value) == (("a/b", "my/own", "another/one"), "")
    assert picker.add_button.layout.display == "none"
    assert changes.count == 2


def test_enter_takes_the_first_match_then_the_next() -> None:
    picker = Picker([], ["a/gpt-mini", "b/gpt-mini"], Changes())
    type_and_enter(picker, "mini")
    type_and_enter(picker, "mini")
    assert picker.chosen == ("a/gpt-mini", "b/gpt-mini")


def test_enter_takes_what_was_typed_and_not_what_the_field_was_last_known_to_hold() -> None:
    picker = Picker([], ["a/b", "c/d"], Changes())
    picker.search.value = "a"
    type_and_enter(picker, "c/d")
    assert picker.chosen == ("c/d",)
    assert picker.search.value == "a"


def test_the_ninth_model_is_refused_in_words_and_the_word_goes_with_the_next_choice() -> None:
    changes = Changes()
    picker = Picker(MANY[:MOST_MODELS], MANY, changes)
    picker.boxes["host/m0008"].value = True
    assert (picker.boxes["host/m0008"].value, changes.count) == (False, 0)
    assert "more than the 8 that fit side by side" in picker.message.value
    picker.search.value = "my/own"
    picker.add_button.click()
    assert (picker.search.value, picker.chosen) == ("my/own", tuple(MANY[:MOST_MODELS]))
    picker.message.value = ""
    type_and_enter(picker, "my/own")
    assert "fit side by side" in picker.message.value
    picker.remove("host/m0000")
    assert picker.message.value == ""
    with pytest.raises(ConfigError, match="9 models"):
        Picker(MANY[: MOST_MODELS + 1], [], changes)


def test_choosing_anew_says_so_once_and_the_same_again_not_at_all() -> None:
    changes = Changes()
    picker = Picker(["a/b"], ["c/d"], changes)
    picker.choose(["c/d", "e/f"])
    picker.choose(["c/d", "e/f"])
    picker.add("c/d")
    picker.add("  ")
    assert (picker.chosen, changes.count) == (("c/d", "e/f"), 1)
    assert picker.boxes["c/d"].value
    assert not picker.boxes["a/b"].value


def test_where_nobody_answers_it_says_what_to_do() -> None:
    picker = Picker([], [], Changes())
    assert NOBODY in picker._more.value
    assert picker._found.layout.display is None


def test_the_list_is_folded_away_while_it_is_not_needed() -> None:
    picker = Picker(["a/b"], ["c/d"], Changes())
    assert picker._found.layout.display == "none"
    picker.search.value = "c"
    assert picker._found.layout.display is None
    picker.search.value = ""
    picker.browse.value = True
    assert picker._found.layout.display is None
    assert Picker([], ["c/d"], Changes())._found.layout.display is None


def test_prices_and_contexts_are_in_the_list_and_in_the_static_form() -> None:
    known = Choice(
        name="a/b", price_input_usd=Decimal("0.25"), price_output_usd=Decimal(2), context_tokens=400_000
    )
    picker = Picker(["a/b", "c/d"], [known], Changes())
    for html in (picker._list.children[0].children[1].value, picker.static_html()):
        assert "400k" in html
        assert "$0.25 / $2.00" in html
    assert "price unknown" in picker.static_html()
    assert picker.static_text() == "Models: a/b, c/d"


def test_a_hostile_name_is_neither_markup_nor_mathematics() -> None:
    picker = Picker([HOSTILE], [], Changes())
    assert "<img" not in picker.static_html()
    assert "$" not in picker.boxes[HOSTILE].description
    assert not picker.boxes[HOSTILE].description_allow_html
    picker.search.value = "<b>"
    assert "<b>" not in picker._more.value
