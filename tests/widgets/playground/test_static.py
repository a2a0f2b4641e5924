"""The playground as HTML that outlives the kernel."""

from __future__ import annotations

import pandas as pd
import pytest
from widgets.payloads import LAYOUT, LINKS, MARKUP, Reader, read

from workbench.calls import Completion, Image, Timing, ToolCall, Usage
from workbench.errors import ConfigError
from workbench.widgets.panes.comparison import Comparison
from workbench.widgets.playground.session import Turn
from workbench.widgets.playground.static import static_session
from workbench.widgets.question.draft import Draft


def asked(draft: Draft, *texts: str) -> Turn:
    """A turn with these answers, those of a model follow each other; the call of an empty one fails."""
    turn = Turn(draft=draft, comparison=Comparison(draft.models, draft.repeats))
    places = [(model, repeat) for model in draft.models for repeat in range(draft.repeats)]
    for place, text in zip(places, texts, strict=True):
        turn.comparison.start(place)
        if text:
            usage, timing = Usage(input_tokens=3, output_tokens=7), Timing(duration_s=2.0, ttft_s=0.25)
            turn.comparison.finish(
                place, Completion(text=text, finish_reason="length", usage=usage, timing=timing)
            )
        else:
            turn.comparison.fail(place, ConfigError("no key for 'c'"))
    return turn


def shown(html: str) -> Reader:
    reader = read(html)
    assert reader.strange == []
    return reader


def test_every_text_and_every_number_of_every_turn_is_in_it() -> None:
    first = Draft(
        prompt="Why is {what} blue?",
        system="Be {manner}.",
        variables={"what": "the sky", "manner": "brief"},
        images=(Image(data=b"x" * 1_500), Image(url="https://x.y/cat.png")),
        models=("a/b", "c/d"),
        params={"temperature": 0.5, "tags": {"notebook": "compare"}},
        own_params={"c/d": {"seed": 7}},
        repeats=2,
    )
    turns = [
        asked(first, "Because.", "*Rayleigh*", "Well", ""),
        asked(Draft(prompt="And then?", models=("a/b",)), "Dusk."),
    ]
    similarity = pd.DataFrame([[1.0, 0.25], [0.25, 1.0]], index=["a/b", "c/d"], columns=["a/b", "c/d"])
    html = static_session(turns, similarity=similarity, votes=["a/b was voted the best"])
    text = shown(html).text
    for words in (
        "Turn 1 of 2", "Why is the sky blue?", "Be brief.", "what = the sky",
        "manner = brief", "image/png, 1.5 kB", "https://x.y/cat.png", "temperature = 0.5",
        "c/d: seed = 7", "a/b · answer 2", "Because.", "Rayleigh",
        "Well", "no key for 'c'", "cut off: the token limit was reached", "2.00 s",
        "0.25 s", "3 → 7", "3 done, 1 failed", "Turn 2 of 2",
        "And then?", "Dusk.", "25 %", "a/b was voted the best",
    ):  # fmt: skip
        assert words in text, words
    assert "notebook" not in text
    assert "<em>Rayleigh</em>" in html


def test_it_wears_the_colours_of_the_page_and_the_models_alone() -> None:
    html = static_session([asked(Draft(prompt="x", models=("a/b",)), "y")], colours={"a/b": "#0072B2"})
    shown(html)
    assert html.count("#0072B2") == 2
    assert "#" not in html.replace("#0072B2", "")
    assert "color:" not in html
    assert "url(" not in html


def test_before_anything_was_asked_it_says_so() -> None:
    assert shown(static_session([])).text == "Nothing was asked yet."
    ready = shown(static_session([Turn.of(Draft(prompt="Why {this}?", models=("a/b",)))])).text
    assert "ready" in ready
    assert [word for word in ("Variables", "unknown") if word in ready] == []


@pytest.mark.parametrize("payload", [*MARKUP, *LINKS, *LAYOUT[-8:]])
def test_what_anybody_wrote_is_never_markup(payload: str) -> None:
    draft = Draft(
        prompt="{x}", system=payload, variables={"x": payload}, models=(payload,), params={payload: payload}
    )
    similarity = pd.DataFrame([[1.0]], index=[payload], columns=[payload])
    shown(static_session([asked(draft, payload)], similarity=similarity, votes=[payload]))


def test_hostile_words_can_be_read_where_they_were_written() -> None:
    hostile = "</td></table><script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'too'"
    turn = Turn.of(Draft(prompt=hostile, models=(hostile, "c/d")))
    call = ToolCall(id="1", name=hostile, arguments=hostile)
    for model in turn.draft.models:
        turn.comparison.start((model, 0))
    turn.comparison.finish(
        (hostile, 0), Completion(text=hostile, reasoning=hostile, tool_calls=(call,), finish_reason="stop")
    )
    turn.comparison.fail(("c/d", 0), ConfigError(hostile))
    # The prompt, twice the model, its thoughts, text and tool call, and the error of the other.
    assert shown(static_session([turn])).text.count(hostile) == 8
