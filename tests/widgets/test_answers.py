"""One prompt, asked once, its answers in panes."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import Any

import pytest

from workbench.calls import Chunk, Completion
from workbench.errors import ConfigError, OverloadedError
from workbench.widgets.answers import Answers
from workbench.widgets.draft import Draft


class Client:
    """Answers `quick/…` at once, fails `broken/…`; the others begin, interrupt the cell, and wait."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []

    def bind(self, **marks: Any) -> Client:
        return self

    async def chat(self, model: str, messages: Any, *, on_chunk: Any, **options: Any) -> Completion:
        if model.startswith("broken/"):
            raise OverloadedError("busy")
        on_chunk(Chunk(text="so \x1b[2J"))
        if model.startswith("quick/"):
            return Completion(text="<b>so</b> \x1b[2J far", finish_reason="stop")
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)  # as the kernel's stop button does
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append(model)
            raise
        raise AssertionError("nobody sets this event")


def asked(*models: str) -> Answers:
    answers = Answers(Client(), Draft(prompt="Why {x}?", variables={"x": "<i>me</i>"}, models=models))
    answers.ask()
    return answers


def test_answers_and_errors_are_told_apart_by_model() -> None:
    answers = asked("quick/a", "broken/b")
    assert {model: each.text for model, each in answers.results.items()} == {
        "quick/a": "<b>so</b> \x1b[2J far"
    }
    assert isinstance(answers.errors["broken/b"], OverloadedError)
    assert answers.view.status.startswith("1 done, 1 failed")


def test_a_terminal_gets_whole_answers_without_control_characters() -> None:
    text = asked("quick/a", "broken/b").static_text()
    assert "quick/a · done" in text
    assert "<b>so</b> \ufffd[2J far" in text
    assert "broken/b · failed" in text
    assert "busy" in text
    assert "\x1b" not in text


def test_the_static_form_has_the_prompt_as_it_was_sent_and_no_markup_of_others() -> None:
    page = asked("quick/a").static_html()
    assert "Why &lt;i&gt;me&lt;/i&gt;?" in page
    assert "<b>so" not in page


def test_an_interrupt_stops_what_is_under_way_and_is_raised_again() -> None:
    client = Client()
    answers = Answers(client, Draft(prompt="Why?", models=("quick/a", "slow/b")))
    with pytest.raises(KeyboardInterrupt):
        answers.ask()
    assert client.cancelled == ["slow/b"]
    assert list(answers.results) == ["quick/a"]
    assert [pane.state for pane in answers.turn.comparison.panes()] == ["done", "stopped"]


def test_a_draft_that_lacks_something_is_refused() -> None:
    with pytest.raises(ConfigError, match="prompt is empty"):
        Answers(Client(), Draft(models=("quick/a",))).ask()
