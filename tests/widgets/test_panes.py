from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from workbench.widgets.comparison import PaneState
from workbench.widgets.panes import Panes


class Recorded(Panes):
    """Panes whose custom messages end in a list, as they would be read on the other side."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__()

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append(json.loads(json.dumps(content)))


A = PaneState(model="a", state="streaming", text="one")
B = PaneState(model="b", state="queued")


@pytest.fixture
def panes() -> Recorded:
    shown = Recorded()
    shown.show([A, B])
    return shown


def test_new_panes_come_as_a_snapshot(panes: Recorded) -> None:
    assert panes.sent == []
    assert [pane["model"] for pane in panes.snapshot["panes"]] == ["a", "b"]


def test_a_message_carries_the_new_text_and_nothing_that_stayed(panes: Recorded) -> None:
    panes.show([replace(A, text="one two"), B])
    assert [message["news"] for message in panes.sent] == [[{"index": 0, "text": " two"}]]


def test_nothing_new_is_no_message(panes: Recorded) -> None:
    panes.show([A, B])
    assert panes.sent == []


def test_messages_are_numbered_without_a_gap(panes: Recorded) -> None:
    before = panes.snapshot["number"]
    for text in ("one t", "one tw", "one two"):
        panes.show([replace(A, text=text), B])
    assert [message["number"] for message in panes.sent] == [before + 1, before + 2, before + 3]


def test_text_that_changed_instead_of_growing_comes_as_a_snapshot(panes: Recorded) -> None:
    panes.show([replace(A, text="another"), B])
    assert panes.sent == []
    assert panes.snapshot["panes"][0]["text"] == "another"


def test_a_page_that_attaches_late_reads_the_live_text(panes: Recorded) -> None:
    panes.show([replace(A, text="one two"), B])
    assert panes.snapshot["panes"][0]["text"] == "one"  # the trait was last set before
    state = panes.get_state()["snapshot"]
    assert state["panes"][0]["text"] == "one two"
    assert state["number"] == panes.sent[-1]["number"]


def test_when_a_run_has_ended_the_trait_holds_the_full_text(panes: Recorded) -> None:
    panes.show([replace(A, text="one two"), B])
    panes.settle()
    assert panes.snapshot["panes"][0]["text"] == "one two"


def test_snapshot_and_messages_together_give_every_text(panes: Recorded) -> None:
    start = panes.get_state()["snapshot"]
    said = "A naïve 🙂 text, \ud83d"  # a chunk may end in half of a surrogate pair
    for end in range(len(said) + 1):
        panes.show([replace(A, text="one" + said[:end]), replace(B, reasoning=said[:end])])
    texts = [pane["text"] for pane in start["panes"]], [pane["reasoning"] for pane in start["panes"]]
    for message in panes.sent:
        for news in message["news"]:
            texts[0][news["index"]] += news.get("text", "")
            texts[1][news["index"]] += news.get("reasoning", "")
    whole = "A naïve 🙂 text, \ufffd"
    assert texts == (["one" + whole, ""], ["", whole])
    json.dumps(panes.live(), ensure_ascii=False).encode(
        "utf-8"
    )  # the way to the page takes valid Unicode only
