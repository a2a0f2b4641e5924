"""The thinking that OpenRouter and MiniMax want back with the calls of tools that it led to.

Gemini's models behind OpenRouter refuse the next turn without it.

Source: https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from workbench.calls import Thought, ThoughtPiece

# Each kind of detail, and where it has its text.
KINDS: Mapping[str, str] = {
    "reasoning.summary": "summary",
    "reasoning.text": "text",
    "reasoning.encrypted": "data",
}
SAID = frozenset({*KINDS.values(), "signature"})


def pieces_of(details: Iterable[Mapping[str, Any]]) -> Iterator[ThoughtPiece]:
    """Each detail as a piece of a thought; in a stream those of one kind and index are one thought.

    What a detail is, beside what it says, is the id of the thought, as JSON: its kind, format, index and own
    id. Nobody else can take it.
    """
    for place, detail in enumerate(details):
        kind, index = detail.get("type"), detail.get("index")
        if kind is None or kind not in KINDS:
            continue
        named = {name: value for name, value in detail.items() if name not in SAID and value is not None}
        yield ThoughtPiece(
            index=(place if index is None else index) * len(KINDS) + list(KINDS).index(kind),
            text=detail.get("text") or detail.get("summary") or "",
            signature=detail.get("signature"),
            data=detail.get("data"),
            id=json.dumps(named, sort_keys=True),
        )


def details_of(thoughts: Iterable[Thought]) -> list[dict[str, Any]]:
    """Those of the thoughts that came as details, as they came."""
    return [_detail(thought, named) for thought in thoughts if (named := _named(thought)) is not None]


def is_detail(thought: Thought) -> bool:
    """Whether the thought came as a detail."""
    return _named(thought) is not None


def _detail(thought: Thought, named: dict[str, Any]) -> dict[str, Any]:
    said = KINDS[named["type"]]
    marked = {} if thought.signature is None else {"signature": thought.signature}
    return {**named, said: thought.data if said == "data" else thought.text, **marked}


def _named(thought: Thought) -> dict[str, Any] | None:
    with suppress(ValueError):
        named = json.loads(thought.id or "")
        if isinstance(named, dict) and named.get("type") in KINDS:
            return named
    return None
