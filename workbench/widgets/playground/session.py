"""One prompt after the other to several models: what the playground does, without any widget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from typing import Protocol as Interface

import orjson
from uuid6 import uuid7

from workbench.calls import Completion, Message
from workbench.widgets.panes.comparison import AnswerOf, Comparison
from workbench.widgets.question.draft import Draft


class Chats(Interface):
    """What a session asks: the workbench's client, or anything with such a `chat` and `bind`."""

    @property
    def chat(self) -> Callable[..., Awaitable[Completion]]:
        """Awaited with a model, messages, `stream`, `on_chunk`, `on_wait` and parameters: a completion."""

    @property
    def bind(self) -> Callable[..., Any]:
        """The same with `epoch` and tags for every call."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One prompt of a session, and its answers."""

    draft: Draft
    comparison: Comparison

    @staticmethod
    def of(draft: Draft) -> Turn:
        """A turn that nobody has been asked yet."""
        return Turn(draft=draft, comparison=Comparison(draft.models, draft.repeats))


class Session:
    """A conversation with several models side by side; its calls have its id as their tag `playground`.

    Args:
        client: Who asks.
        turns: What was said before, in another conversation.
        continues: Which one that was, as `id/turn`: the tag `continues` of the calls.

    Attributes:
        id: Of the conversation.
        turns: What was asked so far, the last one last.
    """

    def __init__(self, client: Chats, turns: Iterable[Turn] = (), continues: str = "") -> None:
        self._client, self._continues = client, continues
        self.id = uuid7().hex
        self.turns = list(turns)

    def earlier(self, model: str, before: Turn | None = None) -> tuple[Message, ...]:
        """One model's own conversation, up to a turn: what it answered, by its first answer."""
        messages: list[Message] = []
        for turn in self.turns:
            if turn is before:
                break
            answer = turn.comparison.results.get((model, 0))
            if answer is not None:
                messages += [turn.draft.question(), answer.message]
        return tuple(messages)

    def told(self, model: str, before: Turn) -> list[tuple[str, str]]:
        """What one model was asked before a turn, and its first answers; empty where none came."""
        past: list[tuple[str, str]] = []
        for turn in self.turns:
            if turn is before:
                break
            answer = turn.comparison.results.get((model, 0))
            if model in turn.draft.models:
                past.append((turn.draft.words(), "" if answer is None else answer.text))
        return past

    def begin(self, draft: Draft) -> Turn:
        """Take a turn, which `ask` then asks.

        Raises:
            ConfigError: The draft lacks something.
        """
        draft.check()
        turn = Turn.of(draft)
        self.turns.append(turn)
        return turn

    async def ask(self, turn: Turn) -> None:
        """Ask all models of a turn at once, until each answer has ended; cancelled, it stops them."""
        draft = turn.draft
        marks = {"playground": self.id, "turn": str(self.turns.index(turn) + 1)}
        if self._continues:
            marks["continues"] = self._continues
        if draft.names:  # what the boxes said, for whoever opens it again: the calls have it filled in
            marks["template"] = draft.prompt
            marks["template_system"] = draft.system
            marks["variables"] = orjson.dumps(dict(draft.variables)).decode()
        asked = {model: draft.messages(self.earlier(model, turn)) for model in draft.models}

        async def ask_for(of: AnswerOf, observers: dict[str, Any]) -> Completion:
            model, repeat = of
            client: Chats = self._client.bind(epoch=repeat, **marks)
            options = {"stream": True, **observers, **draft.params_of(model)}
            if not options["stream"]:
                del options["on_chunk"]  # whoever wants to be told of chunks asks for a stream
            return await client.chat(model, asked[model], **options)

        await turn.comparison.ask(ask_for)
