from __future__ import annotations

from workbench.widgets.question.draft import Draft
from workbench.widgets.question.parameter_form import ParameterForm

A, B = "openai/gpt-5", "sim/swift"


def visible(form: ParameterForm) -> list[str]:
    return [name for name, widget in form._names.items() if widget in form._grid.children]


def test_what_is_typed_is_what_a_run_gets() -> None:
    form = ParameterForm([A, B], {"temperature": 0})
    form.fields["", "max_tokens"].value = "20"
    form.fields[A, "reasoning_effort"].value = "high"
    form._repeats.value = 3
    assert form.params == {"temperature": 0, "max_tokens": 20}
    assert form.own_params == {A: {"reasoning_effort": "high"}}
    assert (form.repeats, form.problem) == (3, "")
    assert "gpt-5: effort high · 3 repeats" in form._summary.value


def test_a_wrong_value_is_said_beside_its_field_and_in_the_folded_line() -> None:
    form = ParameterForm([A])
    form.fields[A, "seed"].value = "<b>"
    assert "seed is &#x27;&lt;b&gt;&#x27;: give a whole number" in form._problems[A].value
    assert "workbench-parameter-wrong" in form.fields[A, "seed"]._dom_classes
    assert "seed is &#x27;&lt;b&gt;" in form._summary.value
    form.fields[A, "seed"].value = "4"
    assert (form._problems[A].value, form.problem) == ("", "")
    assert "workbench-parameter-wrong" not in form.fields[A, "seed"]._dom_classes


def test_a_model_that_comes_back_has_what_was_typed_for_it() -> None:
    form = ParameterForm([A])
    form.fields[A, "seed"].value = "4"
    form.set_models([B])
    assert (form.own_params, visible(form)) == ({}, ["", B])
    form.set_models([B, A])
    assert (form.own_params, visible(form)) == ({A: {"seed": 4}}, ["", A, B])


def test_a_model_shows_what_goes_for_it_without_a_value_of_its_own() -> None:
    form = ParameterForm([A])
    form.fields["", "temperature"].value = "0.5"
    assert form.fields[A, "temperature"].placeholder == "0.5"


def test_an_old_draft_is_shown_in_place_of_what_was_there() -> None:
    changes: list[str] = []
    form = ParameterForm([A], {"temperature": 1, "schema": int}, lambda: changes.append("changed"))
    form.fields[A, "seed"].value = "4"
    assert changes == ["changed"]
    draft = Draft(
        models=(A, B),
        params={"top_k": 3, "stop": ("x",)},
        own_params={B: {"reasoning_effort": "extreme"}},
        repeats=2,
    )
    form.write(draft)
    assert (form.params, form.own_params, form.repeats) == (draft.params, draft.own_params, 2)
    assert form.fields["", "further"].value == "top_k=3"
    form.write(Draft(models=(A,)))
    assert (form.params, form.own_params, form.repeats) == ({}, {}, 1)
    assert form.fields["", "stop"].value == form.fields[A, "seed"].value == ""


def test_it_is_folded_away_until_its_button_is_pressed() -> None:
    form = ParameterForm()
    assert form._body.layout.display == "none"
    form.toggle.value = True
    assert (form._body.layout.display, form.toggle.icon) == ("flex", "caret-down")


def test_names_of_models_are_no_markup() -> None:
    form = ParameterForm(["<img src=x onerror=alert(1)>"])
    assert "<img" not in "".join(getattr(cell, "value", "") or "" for cell in form._grid.children)
