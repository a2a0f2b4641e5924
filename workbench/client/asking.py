"""From what users write to a call, and to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from uuid6 import uuid7

from workbench.calls import Call, Chunk, Completion, Endpoint, Params, Request, Timeouts
from workbench.client.directory import Directory
from workbench.client.messages import Messages, messages_of
from workbench.client.stream import Stream
from workbench.errors import ModelNotFoundError
from workbench.log import Lookup
from workbench.log.moment import moment
from workbench.pipeline import Send

NOTHING: Mapping[str, Any] = MappingProxyType({})
Cache = bool | timedelta | str
"""Whether a logged answer to the same request will do, or how old it may be: `timedelta(days=7)`, `"7d"`."""


class Asking:
    """The part of `Client` that asks: `chat`, `stream`, and what they have in common."""

    timeouts: Timeouts
    _bound: dict[str, Any]
    _cache: Cache
    _directory: Directory
    _lookup: Lookup
    _send: Send

    async def chat(
        self,
        model: str,
        messages: Messages,
        *,
        system: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_tokens: int | None = None,
        stop: str | Sequence[str] | None = None,
        seed: int | None = None,
        extra: Mapping[str, Any] = NOTHING,
        stream: bool = False,
        on_chunk: Callable[[Chunk], None] | None = None,
        cache: Cache | None = None,
        refresh: bool = False,
        tags: Mapping[str, str] = NOTHING,
        base_url: str | None = None,
        api_key: str | None = None,
        timeouts: Timeouts | None = None,
    ) -> Completion:
        """Ask a model, and give its answer.

        Args:
            model: `provider/model`; a bare name goes to the default provider, or to `base_url`.
            messages: The user's text, one message, or the turns of a conversation; a mapping has `role` and
                `content`.
            system: The system prompt, put before the messages.
            temperature: Likewise `top_p`, `max_tokens`, `stop`, `seed`: not sent where `None`.
            top_p: See above.
            max_tokens: See above.
            stop: One text or several at which the answer ends.
            seed: See above.
            extra: Fields of the request's body that only this provider has.
            stream: Whether to ask for a stream, without which there is no time to first token.
            on_chunk: Told of each chunk as it arrives; asks for a stream. It must not block.
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
        """
        call = self._call(
            model,
            messages,
            system=system,
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            stop=stop,
            seed=seed,
            extra=extra,
            stream=stream,
            on_chunk=on_chunk,
            cache_since=None if refresh else since_of(self._cache if cache is None else cache),
            tags=tags,
            base_url=base_url,
            api_key=api_key,
            timeouts=timeouts,
        )
        return await self._make(call)

    def foresee(self, model: str, messages: Messages, **options: Any) -> None:
        """Say that a call will be made within seconds, for which the log's answer will do.

        What the log has of many calls is found by one query, which takes as long as that of a single one.
        `options` are those of `chat`; must be called where an event loop runs.
        """
        self._lookup.foresee(self._call(model, messages, **options))

    def _call(
        self,
        model: str,
        messages: Messages,
        *,
        system: str | None = None,
        stop: str | Sequence[str] | None = None,
        stream: bool = False,
        on_chunk: Callable[[Chunk], None] | None = None,
        cache_since: datetime | None = None,
        tags: Mapping[str, str] = NOTHING,
        base_url: str | None = None,
        api_key: str | None = None,
        timeouts: Timeouts | None = None,
        **params: Any,
    ) -> Call:
        to, name = self._directory.find(model, base_url, api_key)
        stops = (stop,) if isinstance(stop, str) else None if stop is None else tuple(stop)
        request = Request(
            model=name,
            messages=messages_of(messages, system),
            params=Params(stop=stops, **params),
            stream=stream or on_chunk is not None,
        )
        return self._call_to(
            to, request, tags, timeouts=timeouts or self.timeouts, on_chunk=on_chunk, cache_since=cache_since
        )

    def _call_to(self, to: Endpoint, request: Request, tags: Mapping[str, str], **options: Any) -> Call:
        """A call with the marks of `bind`, and these tags beside its tags."""
        marks = {**self._bound, "tags": {**self._bound.get("tags", {}), **tags}}
        return Call(
            id=uuid7(), started_at=datetime.now(UTC), endpoint=to, request=request, **options, **marks
        )

    async def _make(self, call: Call) -> Completion:
        try:
            return await self._send(call)
        except ModelNotFoundError as exc:
            await self._directory.suggest(exc, call.endpoint)
            raise

    def stream(self, model: str, messages: Messages, **options: Any) -> Stream:
        """Ask a model, and give the chunks as they arrive; `options` are those of `chat`.

        ```python
        stream = client.stream("ollama/llama3.2", "Tell me a story.")
        async for chunk in stream:
            print(chunk.text, end="")
        print(stream.completion.usage)
        ```
        """
        return Stream(lambda on_chunk: self.chat(model, messages, on_chunk=on_chunk, **options))


def since_of(cache: Cache) -> datetime | None:
    """Since when answers of the log will do; `None` is never."""
    if isinstance(cache, bool):
        return datetime.min.replace(tzinfo=UTC) if cache else None
    return moment(cache, datetime.now(UTC))
