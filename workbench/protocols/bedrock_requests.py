"""The requests of Bedrock's Converse, there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, groupby
from typing import Any

from workbench.calls import Message, OutputSchema, Params, Request, Tool
from workbench.errors import ConfigError
from workbench.protocols.anthropic_thinking import limit_of, thinking
from workbench.protocols.bedrock_models import base_model, effort, family, model_path, top_k
from workbench.protocols.bedrock_parts import blocks_of, content_of, turns_in
from workbench.protocols.decoding import stop_of, with_rest
from workbench.protocols.encoding import check, only, present, text_of
from workbench.protocols.strict_schema import closed, worded

CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "reasoning_effort", "service_tier"),
        *("tools", "output", "images", "files"),
    }
)
FIELDS = frozenset(
    {
        *("messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig", "promptVariables"),
        *("additionalModelRequestFields", "additionalModelResponseFieldPaths", "requestMetadata"),
        *("performanceConfig", "serviceTier", "outputConfig"),
    }
)
"""Converse's own; what `extra` has besides is for the model."""

COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")
CHOICES: Mapping[str, dict[str, Any]] = {"auto": {"auto": {}}, "required": {"any": {}}}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    System turns are blocks of their own, wherever they stand. Turns that follow each other with the same role
    become one, tool results counting as the user's. Fields of `extra` that Converse does not have go to the
    model in `additionalModelRequestFields`, as `top_k` does and, for some families, the effort; to Claude it
    is said as by `anthropic`.

    Raises:
        ConfigError: A parameter that Converse does not have; a picture by its web address; arguments of a
            tool call that are no JSON object; a turn whose parts do not belong to its role; `tool_choice`
            `none` in a conversation with tool calls.
    """
    only(request, CARRIES, protocol="bedrock")
    check(request.messages, protocol="bedrock", image_roles=("user", "tool"))
    params = request.params
    extra = {name: value for name, value in params.extra.items() if name in FIELDS}
    thoughts, wanted, limit = _effort(request)
    body = present(
        messages=list(_turns([message for message in request.messages if message.role != "system"])),
        system=[{"text": text_of(each)} for each in request.messages if each.role == "system"] or None,
        inferenceConfig=present(
            maxTokens=limit,
            temperature=params.temperature,
            topP=params.top_p,
            stopSequences=None if params.stop is None else list(params.stop),
        )
        or None,
        toolConfig=_tool_config(request),
        outputConfig=_output_config(request, wanted) or None,
        serviceTier=None if params.service_tier is None else {"type": params.service_tier},
        additionalModelRequestFields=_for_the_model(request, thoughts, extra) or None,
    )
    operation = "converse-stream" if request.stream else "converse"
    own = {name: value for name, value in extra.items() if name != "additionalModelRequestFields"}
    return model_path(request.model, operation), body | own


def encode_count(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body of the question how many tokens a request has.

    Raises:
        ConfigError: As `encode` does.
    """
    body = encode(request)[1]
    counted = {name: value for name, value in body.items() if name in COUNTED}
    return model_path(base_model(request.model), "count-tokens"), {"input": {"converse": counted}}


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks.

    Model and stream are in Converse's path: whoever knows it adds them as `model` and `stream`. What is for
    the model alone is `extra`, since only its family knows what it means.
    """
    limits = body.get("inferenceConfig") or {}
    output = body.get("outputConfig") or {}
    tools = body.get("toolConfig") or {}
    params = Params(
        temperature=limits.get("temperature"),
        top_p=limits.get("topP"),
        max_tokens=limits.get("maxTokens"),
        stop=stop_of(limits.get("stopSequences")),
        reasoning_effort=output.get("effort"),
        service_tier=(body.get("serviceTier") or {}).get("type"),
        extra=_extra_of(body.get("additionalModelRequestFields") or {}),
    )
    request = Request(
        model=body.get("model", ""),
        messages=(
            *(Message(role="system", content=content_of([block])) for block in body.get("system") or ()),
            *(turn for message in body["messages"] for turn in turns_in(message)),
        ),
        params=params,
        tools=tuple(_tool_of(tool["toolSpec"]) for tool in tools.get("tools") or () if "toolSpec" in tool),
        tool_choice=_choice_of(tools.get("toolChoice") or {}),
        output=_schema_of(output.get("textFormat") or {}),
        stream=bool(body.get("stream")),
    )
    rest = {name: value for name, value in body.items() if name not in {"model", "stream"}}
    return with_rest(request, rest, encode(request)[1])


def _turns(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    numbers = count(1)
    for role, turns in groupby(
        messages, key=lambda turn: "assistant" if turn.role == "assistant" else "user"
    ):
        yield {"role": role, "content": [block for turn in turns for block in blocks_of(turn, numbers)]}


def _tool_config(request: Request) -> dict[str, Any] | None:
    if not request.tools:
        return None
    if request.tool_choice == "none":
        # There is no word for it but to leave the tools out, which conversations with calls must not do.
        if any(message.tool_calls for message in request.messages):
            raise ConfigError(
                "bedrock cannot forbid tools where some were called before: leave tool_choice 'none' out"
            )
        return None
    choice = request.tool_choice
    return present(
        tools=[{"toolSpec": _tool_spec(tool)} for tool in request.tools],
        toolChoice=None if choice is None else CHOICES.get(choice, {"tool": {"name": choice}}),
    )


def _tool_spec(tool: Tool) -> dict[str, Any]:
    described = present(name=tool.name, description=tool.description or None)
    return described | {"inputSchema": {"json": dict(tool.parameters)}}


def _tool_of(spec: Mapping[str, Any]) -> Tool:
    return Tool(
        name=spec["name"], description=spec.get("description") or "", parameters=spec["inputSchema"]["json"]
    )


def _choice_of(choice: Mapping[str, Any]) -> str | None:
    if "tool" in choice:
        return str(choice["tool"]["name"])
    return next((ours for ours, theirs in CHOICES.items() if theirs == choice), None)


def _effort(request: Request) -> tuple[dict[str, Any], str | None, int | None]:
    """How an effort is said: to the model, to Converse, and by the limit that thinking and answer share."""
    wanted, limit = request.params.reasoning_effort, request.params.max_tokens
    if wanted is None:
        return {}, None, limit
    if family(request.model) == "anthropic":
        # An effort alone does not make Claude think, and older ones know none.
        most = limit_of(limit, wanted)
        fields = thinking(request.model, wanted, most)
        config = fields.pop("output_config", {})
        return fields, config.get("effort"), most if "budget_tokens" in fields["thinking"] else limit
    own = effort(request.model, wanted)
    return ({}, wanted, limit) if own is None else (own, None, limit)


def _output_config(request: Request, wanted: str | None) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if request.output is not None:
        # https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html: as Anthropic's.
        written = json.dumps(worded(closed(request.output.schema)))
        schema = {"schema": written, "name": request.output.name}
        config["textFormat"] = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    return config | present(effort=wanted)


def _extra_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    # Nova has an `inferenceConfig` of its own, beside that of Converse.
    twice = {name: value for name, value in fields.items() if name in FIELDS}
    own = {name: value for name, value in fields.items() if name not in FIELDS}
    return own | ({"additionalModelRequestFields": twice} if twice else {})


def _schema_of(form: Mapping[str, Any]) -> OutputSchema | None:
    if not form:
        return None
    written = form["structure"]["jsonSchema"]
    return OutputSchema(schema=json.loads(written["schema"]), name=written.get("name", "answer"))


def _for_the_model(request: Request, thoughts: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    params = request.params
    fields = {} if params.top_k is None else top_k(request.model, params.top_k)
    own = {name: value for name, value in params.extra.items() if name not in FIELDS}
    return fields | dict(thoughts) | own | dict(extra.get("additionalModelRequestFields") or {})
