"""What a client asks, and how it gives the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Unpack

from uuid6 import uuid7

from workbench.calls import Call, Chunk, Completion, Message, Progress
from workbench.client import tool_run
from workbench.client.embeddings import Embeddings, batches_of, together
from workbench.client.messages import Messages, messages_of
from workbench.client.options import (
    ChatOptions,
    CompleteOptions,
    SendOptions,
    TalkOptions,
    ToolLike,
    spelled_out,
)
from workbench.client.parameters import see
from workbench.client.preparing import NOTHING, Preparing
from workbench.client.stream import Stream
from workbench.client.structured import read, repairing
from workbench.client.tool_run import ToolRun
from workbench.config import Settings
from workbench.errors import ConfigError, ModelNotFoundError, OutputError
from workbench.log import Lookup
from workbench.pipeline import Send
from workbench.providers import host_of


class Asking(Preparing):
    """The part of `Client` that asks: `chat`, `stream`, `run_tools`, `complete`, `embed`."""

    settings: Settings
    _lookup: Lookup
    _send: Send

    @spelled_out(ChatOptions)
    async def chat(self, model: str, messages: Messages, **options: Unpack[ChatOptions]) -> Completion:
        """Ask a model, and give its answer.

        Args:
            model: `provider/model`; a bare name goes to the default provider, or to `base_url`.
            messages: The user's text, one message, or the turns of a conversation; a mapping has `role` and
                `content`. A list of texts, `Image.of(…)` and `File.of(…)` is one turn of the user's.
            options: What follows; a parameter that is `None` is not sent.
            system: The system prompt, put before the messages.
            temperature: Likewise `top_p`, `top_k`, `max_tokens`, `seed`, `frequency_penalty`,
                `presence_penalty`, `reasoning_effort`, `service_tier`, `n`: see `workbench.calls.Params`.
            stop: One text or several at which the answer ends.
            logprobs: How many likeliest tokens to tell at each place; 0 for the chosen one alone.
            extra: Fields of the request's body that only this provider has.
            unsupported: What becomes of a parameter that the model refuses: `"error"`, or `"drop"`, which
                leaves it out and says so in `dropped`.
            tools: What the model may call: Python functions with type hints and docstrings, `Tool`s, or
                mappings with `name`, `description` and `parameters`. The calls are in `tool_calls`.
            tool_choice: `auto`, `none`, `required`, or the name of the tool that has to be called.
            parallel_tool_calls: Whether one turn may ask for several calls.
            schema: A pydantic model or another type, or a JSON schema: the answer is checked against it, and
                in `parsed`; `output_by` says by which means it was made to fit.
            repair: Whether a model whose answer does not fit is told so and asked once more.
            stream: Whether to ask for a stream, without which there is no time to first token.
            on_chunk: Told of each chunk as it arrives; asks for a stream. It must not block.
            on_wait: Told before each wait between two attempts: how long, seconds, and after which error.
            cache: Whether the log's answer to the same request will do, or how old it may be: `True`,
                `timedelta(days=7)`, `"7d"`. It costs nothing and has no times.
            refresh: Ask anew, whatever `cache` says; the new answer is the log's from then on.
            tags: Marks of the row in the log, beside those of `bind`.
            base_url: Any server's URL, in place of the table's.
            api_key: The key, in place of the settings'.
            timeouts: In place of the client's.

        Returns:
            The completion, when its row in the log is safe from the death of the process.

        Raises:
            ConfigError: Nothing was sent: a name, a key or a parameter has to be mended.
            CallError: Something was sent, and no completion came of it; see `workbench.errors`.
            OutputError: The answer does not fit the schema; it is a row of the log all the same.
        """
        call, output = self._prepared(model, messages, **options)
        completion = await self._make(call)
        if output is None:
            return completion
        try:
            return read(completion, *output)
        except OutputError as exc:
            if not options.get("repair") or completion.finish_reason == "length":
                raise
            repair = replace(
                call,
                id=uuid7(),
                started_at=datetime.now(UTC),
                request=repairing(call.request, exc),
                on_chunk=None,  # who has seen one answer must not see another after it
                tags={**call.tags, "repair_of": str(call.id)},
                progress=Progress(),
            )
        return replace(read(await self._make(repair), *output), repaired=True)

    @spelled_out(ChatOptions)
    def stream(self, model: str, messages: Messages, **options: Unpack[ChatOptions]) -> Stream:
        """Ask a model, and give the chunks as they arrive; `options` are those of `chat`.

        ```python
        stream = client.stream("ollama/llama3.2", "Tell me a story.")
        async for chunk in stream:
            print(chunk.text, end="")
        print(stream.completion.usage)
        ```
        """

        def ask(on_chunk: Callable[[Chunk], None]) -> Awaitable[Completion]:
            told: ChatOptions = {**options, "on_chunk": on_chunk}
            return self.chat(model, messages, **told)

        return Stream(ask)

    @spelled_out(TalkOptions)
    async def run_tools(
        self,
        model: str,
        messages: Messages,
        tools: Sequence[ToolLike],
        *,
        max_turns: int = 10,
        system: str | None = None,
        **options: Unpack[TalkOptions],
    ) -> ToolRun:
        """Ask a model, run the functions that it calls, tell it what they gave, until it calls none.

        Functions that are not asynchronous run in threads, the calls of one turn at the same time. What goes
        wrong in one (wrong arguments, an exception, an unknown name) is told to the model and not raised.

        Args:
            model: As of `chat`, likewise `messages`, `system` and `options`.
            messages: See above.
            tools: Python functions with type hints and docstrings.
            max_turns: How often the model is asked at most, at least 1.
            system: See above.
            options: See above; a `tool_choice` that forces a call holds for the first turn. Each turn is a
                row of the log, with its number as the tag `turn`.

        Returns:
            The run; `finished` is `False` where `max_turns` ended it.

        Raises:
            ConfigError: A tool cannot be run, or as of `chat`.
            CallError: As of `chat`; likewise `OutputError`.
        """
        if not isinstance(max_turns, int) or max_turns < 1:
            raise ConfigError(f"max_turns is {max_turns!r}: give a whole number, at least 1")
        see(tools=tools, tags=options.get("tags"))
        functions = tool_run.runnable(tools)
        marks = options.get("tags") or NOTHING

        async def ask(turns: tuple[Message, ...], turn: int) -> Completion:
            marked = {**marks, "turn": str(turn)}
            now: ChatOptions = {**options, "system": None, "tools": tools, "tags": marked}
            if turn > 1 and options.get("tool_choice") not in {None, "none"}:
                now["tool_choice"] = "auto"
            return await self.chat(model, turns, **now)

        return await tool_run.run(ask, messages_of(messages, system), functions, max_turns)

    @spelled_out(CompleteOptions)
    async def complete(self, model: str, prompt: str, **options: Unpack[CompleteOptions]) -> Completion:
        """Let a model go on with a text, without the form of a conversation; `options` are those of `chat`.

        Raises:
            ConfigError: The provider has no text completions, or as of `chat`.
            CallError: As of `chat`.
        """
        return await self._make(self._call(model, prompt, operation="complete", **options))

    @spelled_out(SendOptions)
    async def embed(
        self,
        model: str,
        texts: str | Sequence[str],
        *,
        dimensions: int | None = None,
        input_type: str | None = None,
        **options: Unpack[SendOptions],
    ) -> Embeddings:
        """Texts as vectors; batches of what the provider takes at once are asked for at the same time.

        Args:
            model: `provider/model`, as of `chat`.
            texts: One or more, none of them empty.
            dimensions: Length of the vectors, where the model offers several.
            input_type: What they are for: `search_document`, `search_query`, `classification` or
                `clustering`.
            options: As of `chat`. Each batch is a row of the log.

        Returns:
            Vectors of shape (n_texts, n_dims), in the order of the texts; tokens and cost of all batches.

        Raises:
            ConfigError: The provider has no embeddings, a text is empty, or as of `chat`.
            CallError: As of `chat`: that of the first batch that failed; the others are given up.
        """
        to, name = self._directory.find(model, options.get("base_url"), options.get("api_key"))
        batches = list(batches_of(texts, host_of(to.provider, self.settings).embed_batch))
        calls = [
            self._call(
                model,
                tuple(Message(role="user", content=text) for text in batch),
                operation="embed",
                dimensions=dimensions,
                input_type=input_type,
                **options,
            )
            for batch in batches
        ]
        try:
            async with asyncio.TaskGroup() as group:
                answers = [group.create_task(self._make(call)) for call in calls]
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        return together(f"{to.provider}/{name}", batches, [answer.result() for answer in answers])

    def foresee(self, model: str, messages: Messages, **options: Unpack[ChatOptions]) -> None:
        """Say that a call will be made within seconds, for which the log's answer will do.

        What the log has of many calls is found by one query, which takes as long as that of a single one.
        `options` are those of `chat`; must be called where an event loop runs.
        """
        self._lookup.foresee(self._call(model, messages, **options))

    async def _make(self, call: Call) -> Completion:
        try:
            return await self._send(call)
        except ModelNotFoundError as exc:
            await self._directory.suggest(exc, call.endpoint)
            raise
