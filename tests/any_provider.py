"""A server that speaks for every provider: what it answers fits what it is asked, and means nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from served import ANSWER, sent_event

WORDS = ("Oslo", " is", " far", ".")
TEXT = "".join(WORDS)


async def answer(request: web.Request) -> web.Response:
    """The answer to a request in the protocols of OpenAI, Anthropic and Ollama."""
    body = await request.json() if request.can_read_body else {}
    path = request.path.removeprefix("/v1")
    if path == "/chat/completions" and body.get("stream"):
        return web.Response(body=_events(body), content_type="text/event-stream")
    answers = {
        "/models": _models,
        "/chat/completions": _completion,
        "/embeddings": _vectors,
        "/messages": _message,
        "/messages/count_tokens": _count,
        "/api/chat": _turn,
        "/api/generate": _text,
    }
    return web.json_response(answers[path](body))


def _models(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": [{"id": "gpt-5.4-mini"}, {"id": "text-embedding-3-small"}]}


def _vectors(body: Mapping[str, Any]) -> dict[str, Any]:
    vectors = [{"index": n, "embedding": [0.6, 0.8, n]} for n in range(len(body["input"]))]
    return {"data": vectors, "model": body["model"], "usage": {"prompt_tokens": 9}}


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": TEXT}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 4},
    }


def _count(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"input_tokens": 14}


def _turn(body: Mapping[str, Any]) -> dict[str, Any]:
    return _end(body) | {"message": {"role": "assistant", "content": TEXT}}


def _text(body: Mapping[str, Any]) -> dict[str, Any]:
    return _end(body) | {"response": TEXT}


def _end(body: Mapping[str, Any]) -> dict[str, Any]:
    counts = {"prompt_eval_count": 9, "eval_count": 4}
    return {"model": body["model"], "done": True, "done_reason": "stop", **counts}


def _completion(body: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": TEXT}
    reason = "stop"
    if body.get("tools") and body["messages"][-1]["role"] == "user":
        function = body["tools"][0]["function"]
        call = {"name": function["name"], "arguments": json.dumps(fitting(function["parameters"]))}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
        reason = "tool_calls"
    elif "response_format" in body:
        message["content"] = json.dumps(fitting(body["response_format"]["json_schema"]["schema"]))
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**ANSWER, "model": body["model"], "choices": [choice]}


def _events(body: Mapping[str, Any]) -> bytes:
    pieces = [sent_event(word, model=body["model"]) for word in WORDS]
    end = sent_event(None, "stop", model=body["model"], usage=ANSWER["usage"])
    return b"".join([*pieces, end, b"data: [DONE]\n\n"])


def fitting(schema: Mapping[str, Any]) -> Any:
    """A value that fits a plain schema."""
    match schema["type"]:
        case "object":
            return {name: fitting(each) for name, each in schema["properties"].items()}
        case "integer":
            return 3
    return "Oslo"
