"""What a person wants to have asked."""

from __future__ import annotations

import pytest

from workbench.calls import Image, Message, Text
from workbench.errors import ConfigError
from workbench.evals.templates import variables_of
from workbench.widgets.question.draft import MOST_MODELS, Draft


def test_variables_are_names_in_braces_in_order_and_other_braces_are_text() -> None:
    assert variables_of('{city} {"json": 1} {} {1} {year} {city}') == ("city", "year")


@pytest.mark.parametrize("prompt", [r"\frac{a}{b}", r"\text{rate} x_{i} y^{n}", "{{a}}", '{"a": {"b": 1}}'])
def test_braces_of_formulas_and_doubled_ones_are_no_variables(prompt: str) -> None:
    assert variables_of(prompt) == ()
    assert Draft(prompt=prompt, variables={"a": "1", "b": "2", "i": "3", "n": "4"}).words() == prompt


def test_a_draft_fills_in_its_variables_in_both_prompts() -> None:
    draft = Draft(
        prompt="Where is {city}?", system="Speak {tongue}.", variables={"city": "Oslo", "tongue": "x"}
    )
    assert draft.names == ("tongue", "city")
    assert draft.messages() == [
        Message(role="system", content="Speak x."),
        Message(role="user", content="Where is Oslo?"),
    ]


def test_a_value_with_braces_is_not_filled_in_again() -> None:
    draft = Draft(prompt="{a}{b}", variables={"a": "{b}", "b": "x"})
    assert draft.question().content == "{b}x"


def test_images_go_before_the_text() -> None:
    image = Image(data=b"\x89PNG", media_type="image/png")
    assert Draft(prompt="What?", images=(image,)).question().content == (image, Text(text="What?"))


def test_earlier_turns_stand_between_the_system_prompt_and_the_question() -> None:
    earlier = [Message(role="user", content="1"), Message(role="assistant", content="2")]
    roles = [message.role for message in Draft(prompt="3", system="s").messages(earlier)]
    assert roles == ["system", "user", "assistant", "user"]


def test_a_models_own_parameters_win() -> None:
    draft = Draft(params={"temperature": 1, "seed": 3}, own_params={"a/b": {"temperature": 0}})
    assert draft.params_of("a/b") == {"temperature": 0, "seed": 3}
    assert draft.params_of("c/d") == {"temperature": 1, "seed": 3}


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (Draft(models=("a/b",)), "prompt is empty"),
        (Draft(prompt="x"), "No model is chosen"),
        (Draft(prompt="x", models=tuple(f"a/{n}" for n in range(MOST_MODELS + 1))), "9 models are chosen: 8"),
        (Draft(prompt="{x} {y}", models=("a/b",), variables={"y": ""}), "filled in for {x}"),
    ],
)
def test_a_draft_that_cannot_be_asked_says_what_is_missing(draft: Draft, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem.replace("{", r"\{")):
        draft.check()
