"""What a model refuses is not sent to it: said beforehand, or left out where the user wants that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.calls import Call, Completion, Endpoint, File, Image, Request
from workbench.errors import ConfigError, InvalidRequestError
from workbench.pipeline import Policy, Send
from workbench.policies.refusals import refusal_of
from workbench.protocols import ModelInfo, protocol

Facts = Callable[[Endpoint, Request], ModelInfo]
"""What is known of a model that a request is for; some models refuse a parameter only beside another."""

Observed = Callable[[Endpoint, str, str], None]
"""Told of an endpoint, a model, and the name of the parameter that it was seen to refuse."""

# Left out, it would let the answer grow without a bound, and its cost.
NEVER_DROPPED = frozenset({"max_tokens"})


def capable_of(endpoint: Endpoint, info: ModelInfo) -> frozenset[str]:
    """What a request to a model may have: names of parameters, `tools`, `output`, `images` and `files`.

    Args:
        endpoint: Whose protocol carries some of it, and whose host refuses some of it.
        info: What is known of the model.
    """
    unable = {name for name in ("tools", "output", "images", "files") if getattr(info, name) is False}
    return protocol(endpoint.protocol).CARRIES - endpoint.refuses - (info.refuses or frozenset()) - unable


def fit(facts: Facts, observed: Observed) -> Policy:
    """Refuse what the model refuses before it is sent, or leave it out where the call says `drop`.

    What refuses it: the protocol, the host, the model by what is known of it, or its provider's answer to an
    earlier call. A refusal that only the provider knows of costs one attempt more, once.

    Args:
        facts: What is known of a model.
        observed: Told when a provider refuses a parameter.
    """
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)

    async def policy(call: Call, send: Send) -> Completion:
        endpoint, model = call.endpoint, call.request.model
        can = capable_of(endpoint, facts(endpoint, call.request)) - seen[endpoint.provider, model]
        call = _without(call, [name for name in call.request.params.given() if name not in can])
        _see(call, can)
        while True:
            try:
                completion = await send(call)
            except InvalidRequestError as exc:
                refusal = refusal_of(exc.status, exc.body, call.request.params.given())
                if refusal is None:
                    _say_that_it_is_blind(exc, call.request)
                    raise
                if refusal.always:
                    seen[endpoint.provider, model].add(refusal.name)
                    observed(endpoint, model, refusal.name)
                if call.unsupported == "error" or refusal.name in NEVER_DROPPED:
                    exc.args = (f"{exc}; {_advice(refusal.name)}",)
                    raise
                call = _without(call, [refusal.name])
            else:
                dropped = call.progress.dropped
                return replace(completion, dropped=dropped) if dropped else completion

    return policy


def _without(call: Call, names: list[str]) -> Call:
    """The call without these parameters.

    Raises:
        ConfigError: It does not say that they may be dropped.
    """
    if not names:
        return call
    params = call.request.params
    kept = names if call.unsupported == "error" else [name for name in names if name in NEVER_DROPPED]
    if kept:
        name = kept[0]
        carried = name in protocol(call.endpoint.protocol).CARRIES
        who = "this model takes" if carried else f"{call.endpoint.protocol} has"
        raise ConfigError(
            f"{call.name}: {who} no parameter {name}, got {getattr(params, name)!r}: {_advice(name)}"
        )
    call.progress.dropped += tuple(names)
    nothing: dict[str, Any] = dict.fromkeys(names)
    return replace(call, request=replace(call.request, params=replace(params, **nothing)))


def _advice(name: str) -> str:
    return f"leave {name} out" + ("" if name in NEVER_DROPPED else ", or say unsupported='drop'")


def _see(call: Call, can: frozenset[str]) -> None:
    """See that a model can do what is asked of it, apart from parameters.

    Raises:
        ConfigError: It has no eyes, or calls no functions.
    """
    request = call.request
    parts = [part for each in request.messages if not isinstance(each.content, str) for part in each.content]
    for asked, name, words in (
        (any(isinstance(part, Image) for part in parts), "images", "reads no images"),
        (any(isinstance(part, File) for part in parts), "files", "reads no files"),
        (bool(request.tools), "tools", "calls no tools"),
        (request.output is not None, "output", "keeps to no schema"),
    ):
        # What the protocol cannot carry it says itself, in its own words.
        if asked and name not in can and name in protocol(call.endpoint.protocol).CARRIES:
            raise ConfigError(
                f"{call.name} {words}: leave them out, or ask another model (`workbench models` shows what "
                "each can do)"
            )


def _say_that_it_is_blind(error: InvalidRequestError, request: Request) -> None:
    contents = [message.content for message in request.messages if not isinstance(message.content, str)]
    if not any(isinstance(part, Image) for content in contents for part in content):
        return
    words = f"{error.body or error}".lower()
    if any(word in words for word in ("image", "vision", "multimodal", "mmproj")):
        error.args = (f"{error}; perhaps this model reads no images: ask another one",)
