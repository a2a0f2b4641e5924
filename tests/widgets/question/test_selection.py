from __future__ import annotations

import pytest

from workbench.errors import ConfigError
from workbench.plots import colours
from workbench.widgets.question.choices import Choice
from workbench.widgets.question.draft import MOST_MODELS
from workbench.widgets.question.selection import Selection

EIGHT = [f"host/m{number}" for number in range(MOST_MODELS)]


def names(found: list[Choice]) -> list[str]:
    return [choice.name for choice in found]


def test_the_chosen_ones_keep_their_order_and_stand_once() -> None:
    selection = Selection(["a/b"])
    assert selection.choose(["c/d", "a/b", "c/d"])
    assert selection.chosen == ("c/d", "a/b")
    assert not selection.choose(["c/d", "a/b"])


def test_more_models_than_fit_side_by_side_are_refused_and_the_choice_stays() -> None:
    selection = Selection([])
    selection.choose(EIGHT)
    with pytest.raises(ConfigError, match="9 models are more than the 8"):
        selection.choose([*EIGHT, "one/more"])
    assert selection.chosen == tuple(EIGHT)


def test_the_chosen_ones_are_found_first_then_by_provider_and_name() -> None:
    selection = Selection(["b/z", "B/a", "a-long/x", "a/y", "c/q"])
    selection.choose(["c/q"])
    assert names(selection.find("")) == ["c/q", "a/y", "a-long/x", "B/a", "b/z"]
    assert names(selection.find(" B  Z ")) == ["b/z"]
    assert selection.find("b nowhere") == []


def test_models_that_do_not_converse_are_left_out_and_those_nobody_knows_are_not() -> None:
    selection = Selection([Choice(name="a/speech", chat=False), Choice(name="a/new"), "a/bare"])
    assert names(selection.find("")) == ["a/bare", "a/new"]


def test_a_chosen_name_that_is_not_listed_can_be_found_from_then_on() -> None:
    selection = Selection(["a/b"])
    selection.choose(["my/own"])
    selection.choose([])
    assert names(selection.find("own")) == ["my/own"]


def test_enter_means_the_name_itself_then_the_first_match_then_what_is_typed() -> None:
    selection = Selection(["a/gpt", "a/gpt-mini", "z/gp"])
    assert selection.wanted(" a/gpt ") == "a/gpt"
    assert selection.wanted("gp") == "a/gpt"
    selection.choose(["a/gpt", "a/gpt-mini"])
    assert selection.wanted("gp") == "z/gp"
    assert selection.wanted("a/gpt-") == "a/gpt-"
    assert selection.wanted(" new/one ") == "new/one"


def test_a_model_keeps_its_colour_when_others_go() -> None:
    selection = Selection([])
    selection.choose(["a/b", "c/d"])
    before = selection.colours["c/d"]
    selection.choose(["c/d", "e/f"])
    assert selection.colours["c/d"] == before
    assert len({*selection.colours.values()}) == 3


def test_the_first_models_have_the_colours_that_charts_of_them_have() -> None:
    selection = Selection([])
    selection.choose(["c/d", "a/b"])
    assert selection.colours == colours(sorted(["c/d", "a/b"]))
