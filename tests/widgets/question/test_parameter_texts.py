"""Parameters as they are typed, without a widget."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.widgets.question.parameter_texts import ALL, FIELDS, FURTHER, ParameterTexts

GPT = "openai/gpt-5"


def typed(**texts: str) -> ParameterTexts:
    state = ParameterTexts()
    for field, text in texts.items():
        state.type(ALL, field, text)
    return state


@pytest.mark.parametrize(
    ("field", "text", "params"),
    [
        ("temperature", "0", {"temperature": 0}),
        ("temperature", " 0.7 ", {"temperature": 0.7}),
        ("max_tokens", "1_000", {"max_tokens": 1000}),
        ("reasoning_effort", "high", {"reasoning_effort": "high"}),
        ("stop", "END", {"stop": ("END",)}),
        ("stop", "[/INST]", {"stop": ("[/INST]",)}),
        ("stop", '"', {"stop": ('"',)}),
        ("stop", r'"\n"', {"stop": ("\n",)}),
        ("stop", "['a, b', 'c']", {"stop": ("a, b", "c")}),
        (FURTHER, "top_k=40, extra={'min_p': 0.1}", {"top_k": 40, "extra": {"min_p": 0.1}}),
        (FURTHER, "service_tier='a, b=c'  # said so", {"service_tier": "a, b=c"}),
        ("seed", "None", {"seed": None}),
        ("seed", "  ", {}),
    ],
)
def test_a_text_is_read_as_the_value_that_it_means(field: str, text: str, params: dict[str, Any]) -> None:
    state = typed(**{field: text})
    assert (state.params(ALL), state.problem) == (params, "")


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("temperature", "warm", "temperature is 'warm': give a number"),
        ("temperature", "0,7", "temperature is '0,7': give a number"),
        ("temperature", "1e999", "temperature is inf: give a number"),
        ("seed", "1.5", "seed is 1.5: give a whole number"),
        ("max_tokens", "True", "max_tokens is True: give a whole number"),
        ("stop", "[1]", "stop is [1]: give a text or several"),
        (FURTHER, "top_k=many", "cannot be read: write name=value"),
        (FURTHER, "40", "cannot be read: write name=value"),
        (FURTHER, "n=1) + open(x=2", "cannot be read: write name=value"),
        (FURTHER, "**{'n': 1}", "no parameter ''"),
        (FURTHER, "topk=40", "no parameter 'topk': did you mean 'top_k'?"),
        (FURTHER, "seed=4", "seed has a field of its own"),
        (FURTHER, "cache=True", "cache is no parameter of a model"),
        (FURTHER, "n=1, n=2", "names a parameter twice"),
    ],
)
def test_a_wrong_text_is_said_and_left_out(field: str, text: str, problem: str) -> None:
    state = typed(**{field: text, "top_p": "0.5"})
    assert problem in state.problem
    assert state.problems(ALL) == {field: state.problem}
    assert state.params(ALL) == {"top_p": 0.5}


def test_a_problem_of_one_model_is_said_with_its_name_while_it_has_a_row() -> None:
    state = ParameterTexts()
    state.type(GPT, "seed", "x")
    assert state.problem == ""
    state.models = (GPT,)
    assert state.problem == "openai/gpt-5: seed is 'x': give a whole number"


@pytest.mark.parametrize(
    "params",
    [
        {"temperature": 0, "top_p": 0.25, "max_tokens": 10, "seed": 3, "reasoning_effort": "none"},
        {"stop": ("END",)},
        {"stop": (" ",)},
        {"stop": ("\n", "b")},
        {"stop": ("['a']",)},
        {"stop": ("None",)},
        {"top_k": 4, "n": 2, "parallel_tool_calls": False, "extra": {"a": {"b": [1, None]}}},
        {"extra": {"when": range(3)}},
        {"schema": ParameterTexts, "tags": {"project": "x"}, "cache": True, "seed": 1},
    ],
)
def test_written_parameters_are_read_back_as_they_were(params: dict[str, Any]) -> None:
    state = ParameterTexts()
    state.write(ALL, params)
    assert (state.params(ALL), state.problem) == (params, "")


def test_writing_a_row_leaves_nothing_of_what_was_typed_into_it() -> None:
    state = typed(temperature="1", further="n=2")
    state.write(ALL, {"seed": 3})
    assert [field for field in FIELDS if state.text(ALL, field)] == ["seed"]


def test_a_wrong_value_is_shown_as_it_was_given() -> None:
    state = ParameterTexts()
    state.write(ALL, {"temperature": "hot", "seed": "7"})
    assert state.text(ALL, "seed") == "7"
    assert state.text(ALL, "temperature") == "hot"
    assert state.problem == "temperature is 'hot': give a number"


def test_one_line_says_what_is_set() -> None:
    state = typed(temperature="0", stop="END", further="top_k=40")
    assert state.summary() == "temperature 0 · stop END · top_k 40"
    state.models = (GPT, "sim/swift")
    state.type(GPT, "reasoning_effort", "high")
    state.type(GPT, "temperature", "None")
    state.write(ALL, {"temperature": 0, "schema": dict})
    state.repeats = 3
    assert state.summary() == (
        "schema given · temperature 0 · gpt-5: temperature not sent, effort high · 3 repeats"
    )
    assert ParameterTexts().summary() == "each model's own"


def test_models_of_the_same_name_are_told_apart() -> None:
    state = ParameterTexts()
    state.models = ("a/m", "b/m")
    state.type("a/m", "seed", "1")
    assert state.summary() == "a/m: seed 1"


def test_a_long_value_does_not_fill_the_line() -> None:
    state = typed(stop="x" * 200)
    assert len(state.summary()) < 60
