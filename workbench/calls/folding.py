"""From the chunks of a stream to the completion that they are pieces of, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import count

from workbench.calls.completion import (
    Chunk,
    Completion,
    FinishReason,
    ThoughtPiece,
    TokenLogprob,
    ToolCallPiece,
    Usage,
    Vector,
)
from workbench.calls.request import Thought, ToolCall


def fold(chunks: Iterable[Chunk]) -> Completion:
    """Join the chunks of one answer into the completion that they are pieces of.

    Text is joined in order, tool calls by their index; of usage, finish reason, model and id the last word
    counts, except that a `stop` takes back no other reason (OpenAI ends a streamed refusal with one), and
    that a `stop` with calls of tools is `tool_calls`: OpenAI says `stop` where a tool had to be called, and
    Ollama always. Pieces of tool calls that have neither id nor name are of tools that the provider runs
    itself, and left out; no arguments are `{}`. An answer that did not stream is a single chunk.
    """
    text: list[str] = []
    reasoning: list[str] = []
    pieces: list[ToolCallPiece] = []
    thoughts: list[ThoughtPiece] = []
    logprobs: list[TokenLogprob] = []
    others: dict[int, list[str]] = {}
    vectors: list[Vector] = []
    usage: Usage | None = None
    finish_reason: FinishReason | None = None
    served_model: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    reported_cost_usd: Decimal | None = None
    for chunk in chunks:
        text.append(chunk.text)
        reasoning.append(chunk.reasoning)
        pieces += chunk.tool_calls
        thoughts += chunk.thoughts
        logprobs += chunk.logprobs
        vectors += chunk.vectors
        for number, words in chunk.alternatives:
            others.setdefault(number, []).append(words)
        if chunk.usage is not None:
            usage = chunk.usage if usage is None else usage.updated(chunk.usage)
        if chunk.finish_reason is not None and (finish_reason is None or chunk.finish_reason != "stop"):
            finish_reason = chunk.finish_reason
        served_model = chunk.served_model or served_model
        response_id = chunk.response_id or response_id
        service_tier = chunk.service_tier or service_tier
        if chunk.reported_cost_usd is not None:
            reported_cost_usd = chunk.reported_cost_usd
    calls = _join(pieces)
    return Completion(
        text="".join(text),
        reasoning="".join(reasoning),
        tool_calls=calls,
        thoughts=_joined_thoughts(thoughts),
        logprobs=tuple(logprobs),
        alternatives=tuple("".join(others[number]) for number in sorted(others)),
        vectors=tuple(vectors),
        finish_reason="tool_calls" if calls and finish_reason == "stop" else finish_reason,
        usage=usage or Usage(),
        served_model=served_model,
        response_id=response_id,
        service_tier=service_tier,
        cost_usd=reported_cost_usd,
        price_version=None if reported_cost_usd is None else "reported by the provider",
    )


def _join(pieces: Iterable[ToolCallPiece]) -> tuple[ToolCall, ...]:
    calls: list[tuple[int, ToolCall]] = []
    for piece in pieces:
        if piece.whole:
            calls.append((piece.index, replace(_begun(piece), id=_untaken(piece.id, calls))))
            continue
        place = next((at for at in reversed(range(len(calls))) if calls[at][0] == piece.index), None)
        if place is None or _is_another(piece, calls[place][1]):
            calls.append((piece.index, _begun(piece)))
            continue
        begun = calls[place][1]
        whole = ToolCall(
            id=begun.id or piece.id,
            name=begun.name or piece.name,
            arguments=begun.arguments + piece.arguments,
            signature=begun.signature or piece.signature,
        )
        calls[place] = (piece.index, whole)
    ordered = sorted(calls, key=lambda numbered: numbered[0])
    # Streams write no arguments as no text, which is no JSON.
    return tuple(
        replace(call, arguments=call.arguments or "{}") for _, call in ordered if call.id or call.name
    )


def _untaken(wanted: str, calls: list[tuple[int, ToolCall]]) -> str:
    # Where the server gives no ids, those of ours that are made of what is called are not told apart.
    taken = {call.id for _, call in calls}
    names = (wanted if number == 1 else f"{wanted}:{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def _is_another(piece: ToolCallPiece, begun: ToolCall) -> bool:
    # Some servers give every call the index 0 and tell them apart by the id alone. Where there is none
    # either, a name begins another call, unless it is repeated with each piece of one.
    if piece.id and begun.id:
        return piece.id != begun.id
    if not (piece.name and begun.name):
        return False
    return piece.name != begun.name or begun.arguments.endswith("}")


def _begun(piece: ToolCallPiece) -> ToolCall:
    return ToolCall(id=piece.id, name=piece.name, arguments=piece.arguments, signature=piece.signature)


def _joined_thoughts(pieces: Iterable[ThoughtPiece]) -> tuple[Thought, ...]:
    whole: dict[int, Thought] = {}
    for piece in pieces:
        begun = whole.get(piece.index, Thought())
        whole[piece.index] = Thought(
            text=begun.text + piece.text,
            # Anthropic's comes in one piece, and so do all others that were seen.
            signature=begun.signature or piece.signature,
            data=piece.data or begun.data,
            id=begun.id or piece.id,
        )
    return tuple(whole[index] for index in sorted(whole))


def in_one_chunk(completion: Completion) -> Chunk:
    """A whole answer as a single chunk, for observers of an answer that did not stream."""
    return Chunk(
        text=completion.text,
        reasoning=completion.reasoning,
        tool_calls=tuple(
            ToolCallPiece(
                index=index, id=call.id, name=call.name, arguments=call.arguments, signature=call.signature
            )
            for index, call in enumerate(completion.tool_calls)
        ),
        thoughts=tuple(
            ThoughtPiece(
                index=index,
                text=thought.text,
                signature=thought.signature,
                data=thought.data,
                id=thought.id,
            )
            for index, thought in enumerate(completion.thoughts)
        ),
        logprobs=completion.logprobs,
        alternatives=tuple(enumerate(completion.alternatives, 1)),
        vectors=completion.vectors,
        finish_reason=completion.finish_reason,
        usage=completion.usage,
        served_model=completion.served_model,
        response_id=completion.response_id,
        service_tier=completion.service_tier,
        reported_cost_usd=completion.cost_usd,
        done=True,
    )
