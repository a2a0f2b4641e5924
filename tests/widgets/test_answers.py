"""One prompt, asked once, its answers in panes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.calls import Chunk, Completion
from workbench.errors import ConfigError, OverloadedError
from workbench.widgets.playground.answers import Answers
from workbench.widgets.question.draft import Draft

REPOSITORY = Path(__file__).parents[2]


class Client:
    """Answers `quick/…` at once, fails `broken/…`."""

    def bind(self, **marks: Any) -> Client:
        return self

    async def chat(self, model: str, messages: Any, *, on_chunk: Any, **options: Any) -> Completion:
        if model.startswith("broken/"):
            raise OverloadedError("busy")
        on_chunk(Chunk(text="so \x1b[2J"))
        return Completion(text="<b>so</b> \x1b[2J far", finish_reason="stop")


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


INTERRUPTED = """
import workbench
from workbench.calls import Chunk
from workbench.widgets.playground.answers import Answers
from workbench.widgets.question.draft import Draft

simulator = workbench.simulate()
answers = Answers(workbench.Client(home="log"), Draft(prompt="Hi", models=("sim/swift", "sim/sage")))
answers.view.observe(lambda change: print(change["new"], flush=True), "status")
try:
    answers.ask()
except KeyboardInterrupt:
    print(*(pane.state for pane in answers.turn.comparison.panes()), *answers.results)
"""


def test_an_interrupt_stops_what_is_under_way_and_keeps_what_is_done(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout is not None
    assert "1 running, 1 done\n" in iter(process.stdout.readline, "")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[0].endswith("\ndone stopped sim/swift\n")


def test_a_draft_that_lacks_something_is_refused() -> None:
    with pytest.raises(ConfigError, match="prompt is empty"):
        Answers(Client(), Draft(models=("quick/a",))).ask()
