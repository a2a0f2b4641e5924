from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from workbench.widgets.panes.comparison import PaneState
from workbench.widgets.panes.panes import MOST_IMAGE_BYTES, Head, Panes, PastTurn


class Page:
    """Panes together with what a page makes of their messages, as panes.js does."""

    def __init__(self) -> None:
        self.panes = _Sending(self.receive)
        self.messages: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.adopt(self.panes.live())

    def receive(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if "whole" in message:
            self.adopt(message["whole"])
            return
        assert message["number"] == self.number + 1
        self.number = message["number"]
        for news in message["news"]:
            answer = self.answers[news.pop("index")]
            for key, value in news.items():
                grows = key in {"text", "reasoning", "nodes"}
                answer[key] = answer[key] + value if grows else value

    def adopt(self, whole: dict[str, Any]) -> None:
        whole = json.loads(json.dumps(whole))
        self.number, self.heads, self.answers = whole["number"], whole["heads"], whole["answers"]

    def show(self, *states: PaneState) -> None:
        """Show, and read the trait where it was set instead of a message."""
        self.panes.show(states)
        if self.panes.snapshot["number"] > self.number:
            self.adopt(self.panes.snapshot)

    def tells(self, content: Any, *buffers: bytes) -> None:
        self.panes._handle_custom_msg(content, [memoryview(piece) for piece in buffers])


class _Sending(Panes):
    def __init__(self, receive: Any) -> None:
        self._receiver = receive
        super().__init__()

    def send(self, content: Any, buffers: Any = None) -> None:
        self._receiver(json.loads(json.dumps(content)))


A = PaneState(model="a", state="streaming", text="one")
B = PaneState(model="b", state="queued")


@pytest.fixture
def page() -> Page:
    page = Page()
    page.show(A, B)
    return page


def test_new_panes_come_as_a_snapshot(page: Page) -> None:
    assert page.messages == []
    assert [head["name"] for head in page.heads] == ["a", "b"]
    assert [answer["text"] for answer in page.answers] == ["one", ""]


def test_a_message_carries_the_new_text_and_nothing_that_stayed(page: Page) -> None:
    page.show(replace(A, text="one two"), B)
    assert page.messages == [{"number": page.number, "news": [{"text": " two"}]}]
    assert page.answers[0]["text"] == "one two"


def test_nothing_new_is_no_message(page: Page) -> None:
    page.show(A, B)
    assert page.messages == []


def test_text_that_changed_instead_of_growing_comes_as_a_snapshot(page: Page) -> None:
    page.show(replace(A, text="first\n\nsecond"), B)
    page.show(replace(A, text="another"), B)
    assert page.answers[0]["text"] == "another"
    assert (page.answers[0]["nodes"], page.answers[0]["rest"]) == ([], 0)


def test_a_page_that_attaches_late_reads_the_live_text(page: Page) -> None:
    page.show(replace(A, text="one two"), B)
    assert page.panes.snapshot["answers"][0]["text"] == "one"  # the trait was last set before
    state = page.panes.get_state()["snapshot"]
    assert (state["number"], state["answers"][0]["text"]) == (page.number, "one two")


def test_a_page_that_asks_is_sent_everything(page: Page) -> None:
    page.show(replace(A, text="one two"), B)
    page.answers = []  # as after a reload
    page.tells("ask")
    assert page.messages[-1] == {"whole": page.panes.live()}
    assert page.answers[0]["text"] == "one two"


def test_when_a_run_has_ended_the_trait_holds_the_full_text(page: Page) -> None:
    page.show(replace(A, text="one two"), B)
    page.panes.settle()
    assert page.panes.snapshot["answers"][0]["text"] == "one two"


def test_snapshot_and_messages_together_give_every_text(page: Page) -> None:
    said = "A naïve 🙂 text, \ud83d"  # a chunk may end in half of a surrogate pair
    for end in range(len(said) + 1):
        page.show(replace(A, text="one" + said[:end]), replace(B, reasoning=said[:end]))
    whole = "A naïve 🙂 text, \ufffd"
    assert [answer["text"] for answer in page.answers] == ["one" + whole, ""]
    assert page.answers[1]["reasoning"] == whole
    # the way to the page takes valid Unicode only
    json.dumps(page.panes.live(), ensure_ascii=False).encode("utf-8")


def test_markdown_is_added_block_by_block_and_the_rest_is_counted_as_the_page_counts(page: Page) -> None:
    page.show(replace(A, text="one 🙂\n\ntw"), B)
    assert page.answers[0]["nodes"] == [["p", {}, "one 🙂"]]
    assert page.answers[0]["rest"] == len("one .\n\n") + 1  # the emoji is two units there
    page.show(replace(A, text="one 🙂\n\ntwo **bold** words\n\nthr"), B)
    assert page.messages[-1]["news"][0]["nodes"] == [["p", {}, "two ", ["strong", {}, "bold"], " words"]]
    page.show(replace(A, text="one 🙂\n\ntwo **bold** words\n\nthree", state="done"), B)
    assert [node[0] for node in page.answers[0]["nodes"]] == ["p", "p", "p"]


def test_an_answer_that_ended_early_is_rendered_to_its_end(page: Page) -> None:
    page.show(replace(A, state="failed", error="gone"), B)
    assert page.answers[0]["nodes"] == [["p", {}, "one"]]


def test_repeats_of_a_model_share_its_pane() -> None:
    page = Page()
    page.show(A, replace(A, repeat=1, text="another"), B)
    assert [(answer["pane"], answer["repeat"]) for answer in page.answers] == [(0, 0), (0, 1), (1, 0)]
    page.show(A, replace(A, repeat=1, text="another one"), B)
    assert page.answers[1]["text"] == "another one"


def test_heads_give_names_colours_and_the_turns_before() -> None:
    page = Page()
    past = PastTurn(prompt="Why *so*?", text="*So*.")
    page.panes.begin([Head(name="a", colour="#0072B2", past=(past,)), Head(name="b", colour="#E69F00")])
    page.show(A, B)
    turn = {"prompt": "Why *so*?", "nodes": [["p", {}, ["em", {}, "So"], "."]]}
    assert page.heads[0] == {"name": "a", "colour": "#0072B2", "hidden": False, "past": [turn]}
    assert page.heads[1]["past"] == []


def test_a_turn_begins_anew_with_the_same_models(page: Page) -> None:
    page.show(replace(A, text="first\n\nsecond", state="done"), B)
    page.panes.begin([Head(name="a", colour=""), Head(name="b", colour="")])
    page.show(replace(A, text="first\n\nsecond"), B)
    assert page.answers[0]["nodes"] == [["p", {}, "first"]]


def test_as_many_heads_as_models_are_wanted() -> None:
    panes = Panes()
    panes.begin([Head(name="a", colour="")])
    with pytest.raises(ValueError, match="1 heads for 2 models"):
        panes.show([A, B])


SECRET = {
    "model": "openai/gpt-5",
    "state": "failed",
    "reasoning": "As gpt-5 I think",
    "note": "openai is slow",
    "error": "openai knows no gpt-5",
    "elapsed_s": 1.25,
    "cost_usd": Decimal("0.002"),
}


def test_nothing_that_tells_the_model_leaves_for_the_page_before_the_names_are_revealed() -> None:
    page = Page()
    page.panes.begin([Head(name="openai/gpt-5", colour="#0072B2", hidden=True)])
    page.show(PaneState(text="An answer.", **SECRET))
    sent = json.dumps(page.panes.get_state())
    assert "An answer." in sent
    for word in ("gpt-5", "openai/", "openai is", "#0072B2", "1.25", "0.002"):
        assert word not in sent
    assert page.heads[0]["name"] == "Model A"
    page.panes.reveal()
    sent = json.dumps(page.panes.get_state())
    for word in ("openai/gpt-5", "As gpt-5 I think", "openai is slow", "#0072B2", "1.25 s", "0.002"):
        assert word in sent


def test_differences_are_taken_where_both_answers_have_ended() -> None:
    page = Page()
    page.panes.view = "differences"
    page.show(replace(A, text="red cat", state="done"), replace(B, text="blue ca", state="streaming"))
    assert [answer["diff"] for answer in page.answers] == [None, None]
    page.show(replace(A, text="red cat", state="done"), replace(B, text="blue cat", state="done"))
    assert page.answers[0]["diff"] is None  # the reference itself
    assert {node[0] for node in page.answers[1]["diff"] if isinstance(node, list)} == {"ins", "del"}
    page.panes.reference = 1
    page.adopt(page.panes.snapshot)
    assert page.answers[0]["diff"] is not None
    assert page.answers[1]["diff"] is None
    page.panes.view = "raw"
    page.adopt(page.panes.snapshot)
    assert [answer["diff"] for answer in page.answers] == [None, None]


def test_each_repeat_differs_from_the_same_repeat_of_the_reference() -> None:
    page = Page()
    page.panes.view = "differences"
    a, b = replace(A, state="done"), replace(B, state="done")
    texts = [
        replace(a, text="x"),
        replace(a, text="y", repeat=1),
        replace(b, text="x"),
        replace(b, text="y", repeat=1),
    ]
    page.show(*texts)
    assert [answer["diff"] for answer in page.answers[2:]] == [["x"], ["y"]]  # the same words, no difference


def test_best_is_heard_while_there_is_a_vote_and_only_of_a_pane(page: Page) -> None:
    votes: list[int] = []
    page.panes.on_vote(votes.append)
    page.tells({"vote": 1})
    page.panes.voting = True
    for vote in (1, 2, -1, "0"):
        page.tells({"vote": vote})
    assert votes == [1]


def drop(page: Page, *pieces: bytes, media_type: str = "image/png") -> None:
    for number, piece in enumerate(pieces, 1):
        ends = {"first": number == 1, "last": number == len(pieces)}
        page.tells({"drop": "cat.png", "type": media_type, **ends}, piece)


def test_a_dropped_image_is_put_together_from_its_pieces(page: Page) -> None:
    images: list[tuple[str, str, bytes]] = []
    page.panes.on_drop(lambda *image: images.append(image))
    drop(page, b"abc", b"de")
    drop(page, b"f")
    assert images == [("cat.png", "image/png", b"abcde"), ("cat.png", "image/png", b"f")]


def test_what_is_too_large_or_no_image_is_not_taken(page: Page) -> None:
    images: list[str] = []
    page.panes.on_drop(lambda name, media_type, data: images.append(name))
    drop(page, b"<p>", media_type="text/html")
    half = bytes(MOST_IMAGE_BYTES // 2)
    drop(page, half, half, b"one too many", b"and more")
    drop(page, b"")
    assert images == []
    drop(page, half, half)
    assert images == ["cat.png"]
