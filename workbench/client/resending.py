"""From a row of the log back to the request that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from workbench.calls import Endpoint, Image, Message, Part, Request, Text
from workbench.client.parameters import plain
from workbench.config import Settings
from workbench.errors import ConfigError, DataError
from workbench.protocols import SHAPE_ERRORS, protocol
from workbench.providers import HOSTS, endpoint, find_host, host_for_url, register

# No protocol's body has all of these; what stopped in the first attempt has one, and no attempt yet.
_OUR_WORDS = frozenset({"messages", "params", "output"})


def request_of(row: Mapping[str, Any]) -> Request:
    """The request that a logged call sent.

    Args:
        row: The columns of `calls` by name, JSON as text.

    Raises:
        ConfigError: It cannot be sent again: nothing was sent, or the log no longer has what was.
        DataError: The body that was sent cannot be read.
    """
    name = f"call {row['id']}"
    if row["request"] is None:
        raise ConfigError(f"{name} cannot be replayed: what it sent was pruned from the log")
    if row["redacted"]:
        raise ConfigError(
            f"{name} cannot be replayed: a pattern for redaction changed its row, so that what was sent is "
            "not what is stored"
        )
    if not row["attempts"]:
        raise ConfigError(f"{name} cannot be replayed: it never sent anything")
    return _decoded(row)


def logged_request(row: Mapping[str, Any]) -> Request:
    """What a logged call asked, as far as the log has it: to be read, and not to be sent again as it was.

    Of a call that never sent anything the pictures and documents are missing; what was redacted is so.

    Args:
        row: As of `request_of`.

    Raises:
        ConfigError: The log no longer has it, or its protocol cannot be read.
        DataError: It cannot be read.
    """
    if row["request"] is None:
        raise ConfigError(f"what call {row['id']} asked was pruned from the log")
    body = orjson.loads(row["request"])
    return _in_our_words(row, body) if set(body) >= _OUR_WORDS else _decoded(row)


def _decoded(row: Mapping[str, Any]) -> Request:
    """The request of a body in the words of its protocol."""
    name = f"call {row['id']}"
    body = orjson.loads(row["request"])
    wire = protocol(row["protocol"])
    if not hasattr(wire, "decode_request"):
        raise ConfigError(
            f"{name} cannot be replayed: its protocol {row['protocol']!r}, which a package provides, has no "
            "decode_request"
        )
    try:
        request = wire.decode_request(_without_renames(row, body))
    except SHAPE_ERRORS as exc:
        raise DataError(
            f"what {name} sent cannot be read as protocol {row['protocol']!r} ({exc!r}): look at its column "
            "`request`"
        ) from exc
    # Some protocols have the model, and whether to stream, in the path, which the log does not keep.
    streamed = request.stream or row["ttft_s"] is not None
    return replace(request, model=request.model or row["model"], stream=streamed)


def _in_our_words(row: Mapping[str, Any], body: Mapping[str, Any]) -> Request:
    """The request of a row without a body that was sent: it was written field by field."""
    try:
        turns = tuple(
            Message(role=turn["role"], content=_content_of(turn["content"])) for turn in body["messages"]
        )
        return Request(model=body["model"], messages=turns, stream=body["stream"])
    except SHAPE_ERRORS as exc:
        raise DataError(
            f"what call {row['id']} asked cannot be read ({exc!r}): look at its column `request`"
        ) from exc


def _content_of(content: str | list[dict[str, Any]]) -> str | tuple[Part, ...]:
    if isinstance(content, str):
        return content
    known = (_part_of(part) for part in content)
    return tuple(part for part in known if part is not None)


def _part_of(part: dict[str, Any]) -> Part | None:
    if "text" in part:
        return Text(text=part["text"])
    return Image(url=part["url"]) if part["url"] and "name" not in part else None


def _without_renames(row: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The body in the protocol's own names, where the host has others."""
    host = HOSTS.get(row["provider"])
    host = host and host.variants.get(row["model"], host)
    ours = {theirs: name for name, theirs in host.renames.items() if theirs} if host else {}
    return {ours.get(name, name): value for name, value in body.items()}


def endpoint_of(row: Mapping[str, Any], settings: Settings, api_key: str | None) -> Endpoint:
    """Where a logged call went, with the key of its provider.

    Raises:
        ConfigError: The address is not known, the key is missing, or it would go to another server than the
            one that it is for.
    """
    provider, model, base_url = row["provider"], row["model"], row["base_url"]
    if find_host(provider, settings) is None:
        if base_url is None:
            raise ConfigError(f"the log does not say where {provider!r} is: register it, or give a model")
        register(host_for_url(base_url))
    to = endpoint(provider, model, settings, api_key=api_key)
    if base_url in (None, to.public_url):
        return to
    if to.secret is not None and api_key is None:
        # Whoever wrote the row, which may have come from elsewhere, must not choose who gets the key.
        raise ConfigError(
            f"call {row['id']} was sent to {base_url!r}, but {provider} is at {to.public_url!r} here: "
            f"ask there by model={f'{provider}/{model}'!r}, or give the api_key of the other one"
        )
    return replace(to, base_url=base_url)


def request_for(
    request: Request, row: Mapping[str, Any], to: Endpoint, model: str, changes: Mapping[str, Any]
) -> Request:
    """The same request for a model that another provider may serve, with other values for some parameters.

    Raises:
        ConfigError: The protocol of that provider lacks a field of the request, or there is no such
            parameter.
    """
    params = replace(request.params, **plain(changes))
    if to.protocol != row["protocol"] and params.extra:
        raise ConfigError(
            f"{to.provider}/{model} does not know what call {row['id']} sent as "
            f"{', '.join(map(repr, params.extra))}: those are fields of the protocol {row['protocol']!r}, "
            f"and this one is {to.protocol!r}; leave them out with extra={{}}"
        )
    return replace(request, model=model, params=params)
