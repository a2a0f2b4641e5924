"""Not too many calls at once, and not too fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from workbench.calls import Call, Completion, Secret
from workbench.config import Limits
from workbench.errors import ConfigError
from workbench.loops import PerLoop
from workbench.pipeline import Policy, Send
from workbench.policies.gate import Gate


def limit(concurrency: int, limits: Mapping[str, Limits] | None = None) -> Policy:
    """Let calls wait until their provider may be asked; `queued_s` says how long.

    At most so many calls of a provider are under way, fewer for a while where it says that this is too much;
    and where it says how long it wants to be left alone, all calls wait until then.

    Args:
        concurrency: At once for each provider and key, at least 1. Each event loop of the process counts by
            itself.
        limits: Other numbers for some providers, and how many requests and tokens a minute may have.

    Raises:
        ConfigError: A number is less than 1.
    """
    by_provider = limits or {}
    for provider, own in by_provider.items():
        for field in fields(own):
            number = getattr(own, field.name)
            if number is not None and (not isinstance(number, int) or number < 1):
                raise ConfigError(f"limits of {provider!r}: {field.name} is {number!r}: write at least 1")
    gates: PerLoop[dict[tuple[str, Secret | None], Gate]] = PerLoop()

    def gate(call: Call) -> Gate:
        of_loop = gates.get()
        if of_loop is None:
            of_loop = gates.put({})
        key = (call.endpoint.provider, call.endpoint.secret)
        if key not in of_loop:
            own = by_provider.get(call.endpoint.provider, Limits())
            of_loop[key] = Gate(
                concurrency if own.concurrency is None else own.concurrency,
                own.requests_per_minute,
                own.tokens_per_minute,
            )
        return of_loop[key]

    async def policy(call: Call, send: Send) -> Completion:
        before = gate(call)
        queued_at = before.now()
        try:
            entered = await before.enter(call)
        finally:
            call.progress.queued_s += before.now() - queued_at
        try:
            completion = await send(call)
        except BaseException as exc:
            before.leave(entered, call, exc)
            raise
        before.leave(entered, call, completion)
        return completion

    return policy
