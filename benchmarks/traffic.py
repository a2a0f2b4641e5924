"""Requests and answers like those of a day: 2 KB asked and 4 KB answered, in English that repeats little.

The words are those of Python's own documentation, drawn one after the other by how often one follows another
there: text that is new every time, and that compresses a little worse than what people and models write.
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pydoc_data.topics import topics
from typing import Any

import orjson
from uuid6 import uuid7

from workbench.calls import Call, Completion, Endpoint, Message, Request, Timing, Usage

SENT_BYTES = 2_000
RECEIVED_BYTES = 4_000
MODEL = "gpt-5-mini"
SERVED_MODEL = "gpt-5-mini-2025-08-07"
SYSTEM = "You are a careful assistant. Answer in full sentences, and say so where you do not know."


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request as sent and its answer as received, in OpenAI's format; `text` is the visible part."""

    messages: Sequence[dict[str, Any]]
    sent: bytes
    received: bytes
    text: str

    def call(self, **fields: Any) -> Call:
        """The call, not made yet."""
        messages = tuple(Message(**each) for each in self.messages)
        return Call(
            id=uuid7(),
            started_at=datetime.now(UTC),
            endpoint=Endpoint(provider="openai", protocol="openai", base_url="http://localhost/v1"),
            request=Request(model=MODEL, messages=messages),
            **fields,
        )

    def answer(self, call: Call, duration_s: float) -> Completion:
        """What the transport gives for the call, bodies noted."""
        call.progress.restart(self.sent)
        call.progress.received = self.received
        call.progress.duration_s = duration_s
        return Completion(
            text=self.text,
            finish_reason="stop",
            usage=Usage(input_tokens=len(self.sent) // 4, output_tokens=len(self.text) // 4),
            cost_usd=Decimal("0.001875"),
            price_version="benchmark",
            timing=Timing(duration_s=duration_s),
            provider="openai",
            model=MODEL,
            served_model=SERVED_MODEL,
            response_id="chatcmpl-benchmark",
            call_id=call.id,
            received=self.received,
        )


def single(rng: random.Random) -> Exchange:
    """A question of its own and its answer: bodies of `SENT_BYTES` and `RECEIVED_BYTES`, near enough."""
    messages = [_message("system", SYSTEM), _message("user", prose(rng, SENT_BYTES - 200))]
    return _exchange(messages, prose(rng, RECEIVED_BYTES - 600))


def conversation(rng: random.Random, turns: int) -> Iterator[Exchange]:
    """A conversation: every request repeats what was said before, and adds a question of 300 characters."""
    messages = [_message("system", SYSTEM)]
    for _ in range(turns):
        messages.append(_message("user", prose(rng, 300)))
        exchange = _exchange(messages, prose(rng, 1_200))
        yield exchange
        messages.append(_message("assistant", exchange.text))


def prose(rng: random.Random, characters: int) -> str:
    """English words, so many characters together."""
    chain = _chain()
    words: list[str] = []
    length = 0
    while length <= characters:
        following = chain.get(words[-1]) if words else None
        words.append(rng.choice(following or chain[""]))
        length += len(words[-1]) + 1
    return " ".join(words)[:characters]


@cache
def _chain() -> dict[str, list[str]]:
    """What follows a word, as often as it does; what follows nothing is every word."""
    words = " ".join(topics[name] for name in sorted(topics)).split()
    chain: dict[str, list[str]] = defaultdict(list)
    for word, following in pairwise(words):
        chain[word].append(following)
    return {**chain, "": words}


def _message(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def _exchange(messages: Sequence[dict[str, Any]], text: str) -> Exchange:
    """The bodies of a request and of its answer, with what surrounds the text in them."""
    sent = {"model": MODEL, "messages": messages, "temperature": 0, "max_completion_tokens": 2048}
    received = {
        "id": f"chatcmpl-{zlib.crc32(text.encode()):029x}",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": SERVED_MODEL,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": len(orjson.dumps(sent)) // 4,
            "completion_tokens": len(text) // 4,
            "total_tokens": (len(orjson.dumps(sent)) + len(text)) // 4,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }
    return Exchange(
        messages=tuple(messages), sent=orjson.dumps(sent), received=orjson.dumps(received), text=text
    )
