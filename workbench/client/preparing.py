"""From what users write to a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, get_args

from uuid6 import uuid7

from workbench.calls import (
    Call,
    Chunk,
    Endpoint,
    Operation,
    OutputBy,
    Params,
    Request,
    Timeouts,
    Unsupported,
)
from workbench.client.directory import Directory
from workbench.client.functions import choice_of, tools_of
from workbench.client.messages import Messages, messages_of
from workbench.client.operations import at
from workbench.client.options import Cache, ToolLike
from workbench.client.parameters import plain, see
from workbench.client.structured import shaped
from workbench.client.wanted import Wanted, wanted
from workbench.errors import CallError, ConfigError
from workbench.log.moment import moment

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Preparing:
    """The part of `Client` that makes calls of what users write, or says what is wrong with it."""

    timeouts: Timeouts
    _bound: dict[str, Any]
    _cache: Cache
    _directory: Directory
    _can: Callable[[Endpoint, Request], frozenset[str]]

    def _call(self, model: str, messages: Messages, **options: Any) -> Call:
        return self._prepared(model, messages, **options)[0]

    def _prepared(
        self,
        model: str,
        messages: Messages,
        *,
        operation: Operation = "chat",
        system: str | None = None,
        tools: Sequence[ToolLike] | None = None,
        tool_choice: str | None = None,
        schema: Any = None,
        repair: bool = False,  # noqa: ARG002 - what becomes of the answer changes nothing about the call
        unsupported: Unsupported = "error",
        stream: bool = False,
        on_chunk: Callable[[Chunk], None] | None = None,
        on_wait: Callable[[float, CallError], None] | None = None,
        cache: Cache | None = None,
        refresh: bool = False,
        tags: Mapping[str, str] | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        timeouts: Timeouts | None = None,
        **params: Any,
    ) -> tuple[Call, tuple[Wanted, OutputBy] | None]:
        """The call that options describe, and what its answer has to be like."""
        if unsupported not in get_args(Unsupported):
            raise ConfigError(f"unsupported is {unsupported!r}: write 'error' or 'drop'")
        see(system=system, tools=tools, tool_choice=tool_choice, stream=stream, on_chunk=on_chunk)
        see(refresh=refresh, tags=tags, timeouts=timeouts, on_wait=on_wait)
        given, known = plain(params), tools_of(tools or ())
        to, name = self._directory.find(model, base_url, api_key)
        request = Request(
            model=name,
            messages=messages_of(messages, system),
            params=Params(**given),
            tools=known,
            tool_choice=choice_of(tool_choice, known),
            stream=bool(stream) or on_chunk is not None,
        )
        output: tuple[Wanted, OutputBy] | None = None
        if schema is not None:
            like = wanted(schema)
            request, by = shaped(request, like, self._can(to, request))
            output = (like, by)
        call = self._call_to(
            at(to, operation) if to.protocol else to,  # who replays takes the protocol from the log
            request,
            tags or NOTHING,
            operation=operation,
            timeouts=timeouts or self.timeouts,
            on_chunk=on_chunk,
            on_wait=on_wait,
            unsupported=unsupported,
            cache_since=None if refresh else since_of(self._cache if cache is None else cache),
        )
        return call, output

    def _call_to(self, to: Endpoint, request: Request, tags: Mapping[str, str], **options: Any) -> Call:
        """A call with the marks of `bind`, and these tags beside its tags."""
        marks = {**self._bound, "tags": {**self._bound.get("tags", {}), **tags}}
        return Call(
            id=uuid7(), started_at=datetime.now(UTC), endpoint=to, request=request, **options, **marks
        )


def since_of(cache: Cache) -> datetime | None:
    """Since when answers of the log will do; `None` is never."""
    if isinstance(cache, bool):
        return datetime.min.replace(tzinfo=UTC) if cache else None
    return moment(cache, datetime.now(UTC))
