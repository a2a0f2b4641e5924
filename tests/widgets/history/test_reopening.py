"""A conversation of the log, as the playground had it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from served import Steered

from workbench.analysis.prompts import earlier_prompts
from workbench.calls import Chunk, Completion, Image, Message
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import CallError, ContextLengthError, DataError
from workbench.widgets.history.reopening import reopened
from workbench.widgets.panes.comparison import PaneState
from workbench.widgets.playground.session import Session, Turn
from workbench.widgets.question.draft import Draft

PAIR = ("sim/swift", "sim/local")
PICTURE = Image(data=b"\x89PNG\r\n\x1a\n", media_type="image/png")


async def asked(client: Client, *drafts: Draft) -> Session:
    session = Session(client)
    for draft in drafts:
        await session.ask(session.begin(draft))
    return session


def latest(client: Client) -> tuple[Turn, ...]:
    """The newest prompt of the log, reopened."""
    return reopened(client.log, earlier_prompts(client.log)[0])


class Watched:
    """A client that tells of the first chunk and of the first failure."""

    def __init__(self, client: Client, begun: asyncio.Event, failed: asyncio.Event) -> None:
        self._client, self._begun, self._failed = client, begun, failed

    def bind(self, **marks: Any) -> Watched:
        return Watched(self._client.bind(**marks), self._begun, self._failed)

    async def chat(self, model: str, messages: Any, *, on_chunk: Any, **options: Any) -> Completion:
        def watched(chunk: Chunk) -> None:
            on_chunk(chunk)
            self._begun.set()

        try:
            return await self._client.chat(model, messages, on_chunk=watched, **options)
        except CallError:
            self._failed.set()
            raise


def without_counts(pane: PaneState) -> tuple[Any, ...]:
    return (pane.model, pane.repeat, pane.state, pane.text, pane.reasoning, pane.note, pane.error)


@pytest.mark.parametrize(
    "draft",
    [
        Draft(prompt="Why?", models=PAIR),
        Draft(prompt="Why?", system="Be brief.", models=PAIR[:1], repeats=3, params={"temperature": 0.5}),
        Draft(
            prompt='Where is {city}, {"json": 1}?',
            system="Speak {tongue}.",
            variables={"city": "Oslo", "tongue": "{city}"},
            models=PAIR,
        ),
        Draft(prompt="What?", images=(PICTURE,), models=("sim/sage", "sim/steady")),
        Draft(
            prompt="Why?",
            models=PAIR,
            params={"max_tokens": 5, "stop": ["x"]},
            own_params={"sim/local": {"temperature": 1, "stop": ["y", "z"]}},
        ),
        Draft(prompt="Why?", models=PAIR, params={"stream": False}),
    ],
    ids=["plain", "repeats", "variables", "picture", "own-params", "whole"],
)
async def test_a_draft_comes_back_and_its_answers_look_as_they_did(
    tmp_path: Path, simulated: Settings, draft: Draft
) -> None:
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        session = await asked(client, draft)
        (turn,) = latest(client)
    again = turn.draft
    assert (again.prompt, again.system, again.images) == (draft.prompt, draft.system, draft.images)
    assert (again.models, again.repeats) == (draft.models, draft.repeats)
    assert dict(again.variables) == dict(draft.variables)
    assert [again.messages(), *map(again.params_of, again.models)] == [
        draft.messages(),
        *map(draft.params_of, draft.models),
    ]
    assert turn.comparison.panes() == session.turns[0].comparison.panes()


async def test_a_conversation_reopens_up_to_the_chosen_prompt_and_goes_on_from_there(client: Client) -> None:
    first, second = Draft(prompt="one", models=PAIR), Draft(prompt="two", models=PAIR[:1])
    session = await asked(client, first, second, Draft(prompt="three", models=PAIR))
    found = {each.prompt: each for each in earlier_prompts(client.log)}

    turns = reopened(client.log, found["two"])
    assert [(turn.draft.prompt, turn.draft.models) for turn in turns] == [("one", PAIR), ("two", PAIR[:1])]
    again = Session(client)
    again.turns = list(turns)
    assert again.earlier("sim/swift") == session.earlier("sim/swift", before=session.turns[2])
    assert len(reopened(client.log, found["three"])) == 3


async def test_failed_and_stopped_answers_are_shown_as_such(client: Client, steered: Steered) -> None:
    await steered.fault("context_length", model="swift")
    begun, failed = asyncio.Event(), asyncio.Event()
    session = Session(Watched(client, begun, failed))
    turn = session.begin(Draft(prompt="Tell me a long story.", models=PAIR))
    work = asyncio.create_task(session.ask(turn))
    await asyncio.wait_for(asyncio.gather(begun.wait(), failed.wait()), timeout=20)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    then = turn.comparison.panes()

    (again,) = latest(client)
    panes = again.comparison.panes()
    assert list(map(without_counts, panes)) == list(map(without_counts, then))
    assert isinstance(again.comparison.errors["sim/swift", 0], ContextLengthError)
    assert [pane.state for pane in panes] == ["failed", "stopped"]
    assert (panes[1].output_tokens, panes[1].estimated) == (then[1].output_tokens, True)
    assert panes[1].ttft_s == pytest.approx(then[1].ttft_s, abs=0.1)
    assert panes[1].elapsed_s == pytest.approx(then[1].elapsed_s, abs=0.5)


async def test_a_chat_reopens_with_the_turns_that_it_was_told(client: Client) -> None:
    turns = [
        Message(role="user", content="My name is {name}."),
        Message(role="assistant", content="Hello."),
        Message(role="user", content="What is it?"),
    ]
    for model in (*PAIR, PAIR[0]):
        await client.chat(model, turns, system="Be brief.", temperature=0)
    earlier, last = latest(client)
    assert [turn.draft.question().content for turn in (earlier, last)] == [turns[0].content, turns[2].content]
    assert [pane.text for pane in earlier.comparison.panes()] == ["Hello.", "Hello."]
    assert (last.draft.system, last.draft.models, last.draft.repeats) == ("Be brief.", PAIR, 1)
    assert dict(last.draft.params) == {"temperature": 0}
    newest = client.log.calls()["text"][0]
    assert last.comparison.panes()[0].text == newest
    again = Session(client)
    again.turns = [earlier, last]
    assert list(again.earlier("sim/local"))[:3] == turns


async def test_what_the_log_answered_reopens_with_the_answer_in_full(client: Client) -> None:
    draft = Draft(prompt="Why?", images=(PICTURE,), models=("sim/swift",), params={"cache": True})
    await asked(client, draft)
    session = await asked(client, draft)
    (turn,) = latest(client)
    (pane,) = turn.comparison.panes()
    assert "from the cache" in pane.note
    assert pane.text == session.turns[0].comparison.panes()[0].text
    assert turn.draft.images == (PICTURE,)


async def test_a_prompt_that_was_pruned_cannot_be_opened_and_says_so(client: Client) -> None:
    await asked(client, Draft(prompt="Why?", models=PAIR))
    found = earlier_prompts(client.log)[0]
    client.recorder.close()
    client.log.store.ingest()
    client.log.prune(where="true", bodies=True)
    with pytest.raises(DataError, match="asked was pruned from the log"):
        reopened(client.log, found)
    client.log.prune(where="true")
    with pytest.raises(DataError, match="no longer in the log"):
        reopened(client.log, found)


async def test_answers_that_were_pruned_are_not_taken_for_empty_ones(client: Client) -> None:
    await asked(client, Draft(prompt="Why?", models=PAIR))
    client.recorder.close()
    client.log.store.ingest()
    client.log.prune(where="provider = 'sim' AND model = 'local'", bodies=True)
    (turn,) = latest(client)
    swift, local = turn.comparison.panes()
    assert (swift.state, local.state) == ("done", "failed")
    assert "the answer was pruned" in local.error
