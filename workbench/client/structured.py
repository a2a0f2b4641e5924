"""Answers that fit a schema: asked for by the best means that a model has, read and checked."""

from __future__ import annotations

import json
from dataclasses import replace

from workbench.calls import Completion, Message, OutputBy, OutputSchema, Request, Tool
from workbench.client.mending import mended
from workbench.client.wanted import Wanted
from workbench.errors import OutputError
from workbench.protocols.encoding import text_of

INSTRUCTION = (
    "Answer with JSON alone, with no other words and no fence around it. It has to fit this JSON schema:\n\n"
)
REPAIR = "That does not fit the schema: {problem}. Answer again, with the whole and mended JSON alone."


def shaped(request: Request, wanted: Wanted, can: frozenset[str]) -> tuple[Request, OutputBy]:
    """The request for an answer that fits, and by which means.

    Args:
        request: What is asked.
        wanted: What the answer has to be like.
        can: What a request to the model may have.
    """
    if "output" in can:
        output = OutputSchema(schema=mended(wanted.in_object), name=wanted.name)
        return replace(request, output=output), "native"
    if "tools" in can and not request.tools and wanted.in_object.get("type") == "object":
        tool = Tool(name=wanted.name, description="Give the answer.", parameters=wanted.in_object)
        return replace(request, tools=(tool,), tool_choice=wanted.name), "tool"
    return replace(request, messages=_instructed(request.messages, wanted)), "instruction"


def read(completion: Completion, wanted: Wanted, by: OutputBy) -> Completion:
    """The answer with what it says by the schema.

    One that came as the arguments of a tool is given as text, like all others. A refusal, and a call of the
    user's own tools, is given as it is.

    Raises:
        OutputError: It does not fit.
    """
    if by == "tool" and completion.tool_calls:
        completion = replace(
            completion,
            text=completion.tool_calls[0].arguments,
            tool_calls=(),
            finish_reason="stop" if completion.finish_reason == "tool_calls" else completion.finish_reason,
        )
    completion = replace(completion, output_by=by)
    if completion.finish_reason == "content_filter" or completion.tool_calls:
        return completion
    try:
        return replace(completion, parsed=wanted.read(completion.text))
    except ValueError as exc:
        cut = "; it was cut off: give more max_tokens" if completion.finish_reason == "length" else ""
        raise OutputError(
            f"{completion.name}: the answer does not fit the schema {wanted.name!r}: {exc}{cut}; it begins "
            f"with {completion.text[:80]!r} (call {completion.call_id})",
            completion=completion,
            problem=str(exc),
        ) from exc


def repairing(request: Request, error: OutputError) -> Request:
    """The request once more, with the answer that did not fit and the reason."""
    # What the tool was called with is text by now: the protocols want no answer to it.
    said = Message(role="assistant", content=error.text or "…")
    asked = Message(role="user", content=REPAIR.format(problem=error.problem))
    return replace(request, messages=(*request.messages, said, asked))


def _instructed(messages: tuple[Message, ...], wanted: Wanted) -> tuple[Message, ...]:
    instruction = INSTRUCTION + json.dumps(wanted.schema, ensure_ascii=False)
    first, *others = messages
    if first.role != "system":
        return (Message(role="system", content=instruction), *messages)
    return (replace(first, content=f"{text_of(first)}\n\n{instruction}"), *others)
