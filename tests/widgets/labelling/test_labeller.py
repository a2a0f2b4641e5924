from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
from uuid6 import uuid7

from workbench.config import Settings, load_settings
from workbench.errors import ConfigError
from workbench.log import Log, Recorder
from workbench.widgets.labelling.labeller import Labeller, labeller

HOSTILE = '<img src=x onerror="hacked()"><script>hacked()</script>'


@dataclass
class Desk:
    """A project with a log, as far as a labeller needs one."""

    recorder: Recorder
    settings: Settings

    @property
    def log(self) -> Log:
        return Log(self.recorder.home)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    recorder = Recorder(tmp_path / "home")
    yield Desk(recorder, load_settings(tmp_path, {"WORKBENCH_LABELLER": "ann"}))
    recorder.close()


def answers(desk: Desk, samples: int = 3, text: str = "**says** so") -> pd.DataFrame:
    """Calls of two models on each sample, in the log; their frame."""
    rows: list[dict[str, Any]] = [
        {
            "id": str(uuid7()),
            "status": "ok",
            "provider": "p",
            "model": model,
            "protocol": "openai",
            "sample": str(sample),
            "experiment": "e",
            "epoch": 0,
            "text": f"{model} {text}",
            "request": {
                "model": model,
                "messages": [{"role": "user", "content": f"{HOSTILE} why {sample}?"}],
            },
        }
        for sample in range(samples)
        for model in ("one", "two")
    ]
    for row in rows:
        desk.recorder.append("calls", orjson.dumps(row)).result()
    return desk.log.calls()


def shown(panel: Labeller) -> str:
    """All that it shows."""
    return str(panel._head.value + panel._answers.value + panel._said.value)


async def press(panel: Labeller, keys: str) -> None:
    for key in keys:
        await panel.press(key)


async def test_a_judgement_that_the_log_cannot_take_yet_is_not_called_saved(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "full").write_text("a file where the folder should be")
    full = Recorder(tmp_path / "full")
    panel = Labeller(full, labeller(desk, answers(desk)).state, {})
    await press(panel, "t")
    assert "Saved" not in shown(panel)
    assert "Not saved yet: answer 1 and 2; the call log in" in shown(panel)
    (tmp_path / "full").unlink()
    full.close()  # writes what waits
    assert len(Log(tmp_path / "full").labels()) == 1


async def test_a_judgement_is_in_the_log_before_the_next_item_shows(desk: Desk) -> None:
    panel = labeller(desk, answers(desk))
    for judged in range(1, 4):
        await panel.press("1")
        assert len(desk.log.labels(labeller="ann", kind="vote")) == judged
        assert f"{judged} of 3" in shown(panel)
    assert "All done: 3 of 3 judged." in shown(panel)
    assert panel.summary()["comparisons"].tolist() == [3, 3]


async def test_made_anew_it_goes_on_where_the_person_was(desk: Desk) -> None:
    frame = answers(desk)
    before = labeller(desk, frame)
    await press(before, "12")
    again = labeller(desk, frame)
    assert shown(again).startswith('<div class="workbench-labeller-progress" role="status">2 of 3')
    assert again.state.current == before.state.current
    assert labeller(desk, frame, labeller="ben").state.done == 0
    assert labeller(desk, frame, question="Which is kinder?").state.done == 0
    await again.press("u")
    assert len(desk.log.labels()) == 1
    assert "Taken back" in shown(again)


async def test_names_are_hidden_and_told_afterwards_where_that_is_wanted(desk: Desk) -> None:
    frame = answers(desk, text="says so")
    blind = labeller(desk, frame)
    await blind.press("1")
    assert "p/one" not in shown(blind)
    telling = labeller(desk, frame, labeller="ben", reveal=True)
    await telling.press("1")
    assert "was p/one" in shown(telling)
    assert "was p/two" in shown(telling)
    seeing = labeller(desk, frame, labeller="cid", blind=False)
    assert "· p/one" in shown(seeing)
    await seeing.press("x")
    assert desk.log.labels(labeller="cid")["blind"].tolist() == [False]


async def test_labels_are_given_to_each_answer(desk: Desk) -> None:
    panel = labeller(desk, answers(desk, 1), labels=["right", "wrong"], question="Is it right?")
    panel.note.value = "nearly"
    await panel.press("1")
    assert panel.note.value == ""
    await panel.press("2")
    rows = desk.log.labels(kind="label")
    assert rows["label"].tolist() == ["wrong", "right"]
    assert [note for note in rows["note"] if isinstance(note, str)] == ["nearly"]
    assert panel.summary()["count"].sum() == 2


async def test_what_users_and_models_wrote_is_never_markup(desk: Desk) -> None:
    frame = answers(desk, 1, text=HOSTILE)
    panel = labeller(desk, frame, labels=["<b>good</b>", "bad"], question=HOSTILE)
    assert "&lt;script" in shown(panel)
    await press(panel, "11")
    assert "<b>good" not in shown(panel) + panel.static_html() + panel._help.value
    for text in (shown(panel), panel.static_html()):
        assert "<script" not in text
        assert "<img" not in text


async def test_markdown_of_an_answer_is_rendered(desk: Desk) -> None:
    panel = labeller(desk, answers(desk))
    assert "<strong>says</strong>" in shown(panel)
    assert "why" in shown(panel)


async def test_the_static_form_has_every_number(desk: Desk) -> None:
    panel = labeller(desk, answers(desk))
    assert "Nobody has judged any of these yet." in panel.static_html()
    await press(panel, "11")
    assert "2 of 3" in panel.static_html()
    assert "comparisons" in panel.static_html()
    assert panel.static_text().startswith("Labelling: Which answer is better? 2 of 3, about a minute left")


async def test_a_key_pressed_while_a_judgement_is_written_says_nothing(desk: Desk) -> None:
    panel = labeller(desk, answers(desk))
    await asyncio.gather(*(panel.press("1") for _ in range(5)))
    assert len(desk.log.labels(latest=False)) == 1


def test_a_key_of_what_the_page_showed_before_is_passed_over(desk: Desk) -> None:
    heard: list[str] = []
    keys = labeller(desk, answers(desk))._keys
    keys._press = heard.append
    for message in (
        {"key": "1", "turn": keys.turn - 1},
        {"key": "q", "turn": keys.turn},
        {"key": ["1"], "turn": keys.turn},
        "1",
        {"key": "2", "turn": keys.turn},
    ):
        keys._hear(message)
    assert heard == ["2"]


async def test_help_and_note_are_a_key_away(desk: Desk) -> None:
    panel = labeller(desk, answers(desk))
    assert panel._help.layout.display == "none"
    await panel.press("?")
    assert panel._help.layout.display is None
    assert "<kbd>0 or t</kbd> Equally good" in panel._help.value
    await press(panel, "?n")
    assert panel._help.layout.display == "none"
    assert desk.log.labels().empty


async def test_nothing_to_judge_is_said_with_what_to_do(desk: Desk) -> None:
    frame = answers(desk)
    alone = labeller(desk, frame[frame["model"] == "one"])
    assert "There is nothing to judge: no two models" in shown(alone)
    assert "wb.experiments(client.log)" in shown(alone)
    await press(alone, "1us")
    with pytest.raises(ConfigError, match="no experiment that ran to its end"):
        labeller(desk)
    skipped = labeller(desk, frame)
    await press(skipped, "sss")
    assert "0 of 3 judged. 3 skipped: run the cell again" in shown(skipped)
