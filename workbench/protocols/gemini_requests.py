"""The requests of Gemini's generateContent, there and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import quote

from workbench.calls import Message, OutputSchema, Params, Request, Tool
from workbench.protocols.decoding import stop_of, with_rest
from workbench.protocols.encoding import check, only, present, text_of
from workbench.protocols.gemini_parts import (
    call_of,
    parts_in,
    parts_to_send,
    result_of,
    result_to_send,
    thoughts_in,
)
from workbench.protocols.gemini_thinking import effort_of, thinking, wants_signatures

CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "frequency_penalty"),
        *("presence_penalty", "reasoning_effort", "logprobs", "n", "service_tier"),
        *("tools", "output", "images", "files"),
    }
)
MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
CONFIG = "generationConfig"


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path, in which the model is, and body.

    System turns are joined by a blank line, wherever they stand; the results of tools that follow each other
    go back in one turn. What `extra` has under `generationConfig` is added to what the parameters say there;
    the rest of `extra` goes to the top level.

    Raises:
        ConfigError: A parameter that the protocol does not have; arguments of a tool call that are no JSON
            object; the result of a call that is in no turn before it; an address that Gemini does not open;
            a turn whose parts do not belong to its role; an effort that the model does not have.
    """
    only(request, CARRIES, protocol="gemini")
    check(request.messages, protocol="gemini", image_roles=("user", "tool"))
    params = request.params
    system = [text_of(message) for message in request.messages if message.role == "system"]
    turns = [message for message in request.messages if message.role != "system"]
    config = _config(request) | dict(params.extra.get(CONFIG) or {})
    body = present(
        contents=list(_contents(turns, signed=wants_signatures(request.model))),
        systemInstruction={"parts": [{"text": "\n\n".join(system)}]} if system else None,
        tools=[{"functionDeclarations": [_function(tool) for tool in request.tools]}]
        if request.tools
        else None,
        toolConfig=_tool_config(request.tool_choice),
        generationConfig=config or None,
        serviceTier=params.service_tier,
    )
    method = "streamGenerateContent?alt=sse" if request.stream else "generateContent"
    rest = {name: value for name, value in params.extra.items() if name != CONFIG}
    return path_of(request.model, method), body | rest


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; its model, and whether it streams, are in the path and not known here."""
    config: Mapping[str, Any] = body.get(CONFIG) or {}
    thinks = config.get("thinkingConfig") or {}
    likeliest = config.get("logprobs")
    params = Params(
        temperature=config.get("temperature"),
        top_p=config.get("topP"),
        top_k=config.get("topK"),
        max_tokens=config.get("maxOutputTokens"),
        stop=stop_of(config.get("stopSequences")),
        seed=config.get("seed"),
        frequency_penalty=config.get("frequencyPenalty"),
        presence_penalty=config.get("presencePenalty"),
        reasoning_effort=effort_of(thinks),
        logprobs=likeliest if config.get("responseLogprobs") else None,
        n=config.get("candidateCount"),
        service_tier=body.get("serviceTier"),
    )
    schema = config.get("responseJsonSchema")
    system = body.get("systemInstruction")
    request = Request(
        model=body.get("model", ""),
        messages=(
            *([Message(role="system", content=parts_in(system["parts"]))] if system else []),
            *_messages(body["contents"]),
        ),
        params=params,
        tools=tuple(
            _tool_of(function)
            for tool in body.get("tools") or ()
            for function in tool.get("functionDeclarations") or ()
        ),
        tool_choice=_choice_of((body.get("toolConfig") or {}).get("functionCallingConfig") or {}),
        output=None if schema is None else OutputSchema(schema=schema),
    )
    written = encode(request)[1]
    ours = written.get(CONFIG) or {}
    more = {name: value for name, value in config.items() if ours.get(name) != value}
    if more:
        request = replace(request, params=replace(params, extra={CONFIG: more}))
    rest = {name: value for name, value in body.items() if name != CONFIG}
    return with_rest(request, rest, written)


def path_of(model: str, method: str) -> str:
    """The path of a method of a model; tuned models have their own collection."""
    whole = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
    return f"/{quote(whole, safe='/@')}:{method}"


def _config(request: Request) -> dict[str, Any]:
    params, output = request.params, request.output
    return present(
        temperature=params.temperature,
        topP=params.top_p,
        topK=params.top_k,
        maxOutputTokens=params.max_tokens,
        stopSequences=None if params.stop is None else list(params.stop),
        seed=params.seed,
        frequencyPenalty=params.frequency_penalty,
        presencePenalty=params.presence_penalty,
        candidateCount=params.n,
        responseLogprobs=None if params.logprobs is None else True,
        logprobs=params.logprobs,
        responseMimeType=None if output is None else "application/json",
        responseJsonSchema=None if output is None else dict(output.schema),
        thinkingConfig=thinking(request.model, params.reasoning_effort),
    )


def _function(tool: Tool) -> dict[str, Any]:
    # `parameters` takes a part of OpenAPI's schemas only, its twin takes JSON schemas as they are.
    described = present(name=tool.name, description=tool.description or None)
    return described | {"parametersJsonSchema": dict(tool.parameters)}


def _tool_of(function: Mapping[str, Any]) -> Tool:
    return Tool(
        name=function["name"],
        description=function.get("description") or "",
        parameters=function.get("parametersJsonSchema") or function.get("parameters") or {},
    )


def _tool_config(choice: str | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    mode = MODES.get(choice)
    config = {"mode": "ANY", "allowedFunctionNames": [choice]} if mode is None else {"mode": mode}
    return {"functionCallingConfig": config}


def _choice_of(config: Mapping[str, Any]) -> str | None:
    match config:
        case {"mode": "ANY", "allowedFunctionNames": [name]}:
            return str(name)
    return next((word for word, mode in MODES.items() if mode == config.get("mode")), None)


def _contents(messages: Sequence[Message], *, signed: bool) -> Iterator[dict[str, Any]]:
    names: dict[str, str] = {}
    for is_result, turns in groupby(messages, key=lambda turn: turn.role == "tool"):
        if is_result:
            yield {"role": "user", "parts": [result_to_send(turn, names) for turn in turns]}
            continue
        for turn in turns:
            names |= {call.id: call.name for call in turn.tool_calls}
            role = "model" if turn.role == "assistant" else "user"
            yield {"role": role, "parts": parts_to_send(turn, signed=signed)}


def _messages(contents: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    waiting: list[tuple[str, str]] = []
    for content in contents:
        parts = content["parts"]
        responses = [part["functionResponse"] for part in parts if "functionResponse" in part]
        for response in responses:
            yield Message(role="tool", content=result_of(response), tool_call_id=_answered(response, waiting))
        if len(parts) > len(responses):
            calls = tuple(call_of(part) for part in parts if "functionCall" in part)
            waiting += [(call.name, call.id) for call in calls]
            yield Message(
                role="assistant" if content.get("role") == "model" else "user",
                content=parts_in(parts),
                tool_calls=calls,
                thoughts=thoughts_in(parts),
            )


def _answered(response: Mapping[str, Any], waiting: list[tuple[str, str]]) -> str:
    """The id of the call that a response is to: its own, else that of the first unanswered one by name."""
    name, known = response["name"], response.get("id")
    place = next(
        (at for at, (called, id_) in enumerate(waiting) if (id_ == known if known else called == name)), None
    )
    if place is None:
        raise ValueError(f"the result of {name!r} has no call before it")
    return waiting.pop(place)[1]
