from __future__ import annotations

from workbench.widgets.picker import BOXES, Picker


def test_given_models_are_ticked_and_choices_are_offered() -> None:
    picker = Picker(["a/b", "a/b"], ["a/b", "c/d"], lambda: None)
    assert picker.chosen == ("a/b",)
    assert list(picker.boxes) == ["a/b", "c/d"]


def test_what_has_no_box_is_found_by_typing() -> None:
    names = [f"host/m{index}" for index in range(BOXES + 3)]
    picker = Picker([], names, lambda: None)
    assert list(picker.boxes) == names[:BOXES]
    assert list(picker.search.options) == names[BOXES:]


def test_a_typed_name_becomes_a_ticked_box_and_the_field_is_empty_again() -> None:
    changes: list[str] = []
    picker = Picker(["a/b"], [], lambda: changes.append("changed"))
    picker.search.value = " my/own "
    assert (picker.chosen, picker.search.value) == (("a/b", "my/own"), "")
    assert picker.row.children == tuple(picker.boxes.values())
    assert changes == ["changed"]


def test_typing_a_name_that_is_there_ticks_its_box() -> None:
    picker = Picker([], ["c/d"], lambda: None)
    picker.search.value = "c/d"
    assert picker.chosen == ("c/d",)
    assert list(picker.boxes) == ["c/d"]
