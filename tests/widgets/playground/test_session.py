"""A conversation with several models, without a widget."""

from __future__ import annotations

from typing import Any

from workbench.calls import Completion, Message
from workbench.errors import OverloadedError
from workbench.widgets.playground.session import Session
from workbench.widgets.question.draft import Draft


class Client:
    """Answers with the number of its question; `broken/…` fails at first."""

    def __init__(self, **marks: Any) -> None:
        self.marks = marks
        self.asked: list[tuple[str, list[str], dict[str, Any], dict[str, Any]]] = []

    def bind(self, **marks: Any) -> Client:
        bound = Client(**marks)
        bound.asked = self.asked
        return bound

    async def chat(
        self, model: str, messages: list[Message], *, on_wait: Any, on_chunk: Any = None, **params: Any
    ) -> Completion:
        assert params.pop("stream") is (on_chunk is not None)
        self.asked.append((model, [str(message.content) for message in messages], self.marks, params))
        if model == "broken/b" and len(messages) == 1 and messages[0].content == "one":
            raise OverloadedError("busy")
        return Completion(text=f"{model} {len(messages)}", finish_reason="stop")


async def test_every_model_has_its_own_conversation_without_what_it_did_not_answer() -> None:
    client = Client()
    session = Session(client)
    for prompt in ("one", "two"):
        await session.ask(session.begin(Draft(prompt=prompt, models=("a/b", "broken/b"))))
    asked = {model: texts for model, texts, _, _ in client.asked[2:]}
    assert asked == {"a/b": ["one", "a/b 1", "two"], "broken/b": ["two"]}


async def test_calls_carry_the_session_the_turn_and_the_repeat() -> None:
    client = Client()
    session = Session(client)
    await session.ask(session.begin(Draft(prompt="one", models=("a/b",), repeats=2)))
    await session.ask(session.begin(Draft(prompt="two", models=("a/b",))))
    marks = [marks for _, _, marks, _ in client.asked]
    assert [(mark["epoch"], mark["turn"]) for mark in marks] == [(0, "1"), (1, "1"), (0, "2")]
    assert {mark["playground"] for mark in marks} == {session.id}
    assert "template" not in marks[0]


async def test_templates_and_their_values_are_kept_beside_the_filled_in_prompt() -> None:
    client = Client()
    session = Session(client)
    await session.ask(session.begin(Draft(prompt="{x}?", variables={"x": "Why"}, models=("a/b",))))
    ((_, texts, marks, _),) = client.asked
    assert texts == ["Why?"]
    assert (marks["template"], marks["variables"]) == ("{x}?", '{"x":"Why"}')


async def test_parameters_of_a_model_reach_its_calls_alone() -> None:
    client = Client()
    session = Session(client)
    draft = Draft(prompt="one", models=("a/b", "c/d"), params={"seed": 1}, own_params={"c/d": {"seed": 2}})
    await session.ask(session.begin(draft))
    assert {model: params for model, _, _, params in client.asked} == {"a/b": {"seed": 1}, "c/d": {"seed": 2}}


async def test_a_draft_may_ask_for_whole_answers() -> None:
    session = Session(Client())
    turn = session.begin(Draft(prompt="one", models=("a/b",), params={"stream": False}))
    await session.ask(turn)  # the client sees that nobody wants chunks then
    assert list(turn.comparison.results) == [("a/b", 0)]
