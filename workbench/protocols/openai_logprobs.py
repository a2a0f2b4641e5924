"""Log-probabilities, in the two shapes that OpenAI has had for them, and in Together's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from workbench.calls import TokenLogprob


def logprobs_of(logprobs: Mapping[str, Any] | float | None, text: str = "") -> tuple[TokenLogprob, ...]:
    """Those of each token: a list of objects (chats, llama.cpp), or lists side by side (text completions).

    Together's streams have a number for the token that the chunk is. The first token of a prompt that is
    repeated has none: its logarithm is `nan`.

    Args:
        logprobs: What the choice says.
        text: That of the chunk.
    """
    if isinstance(logprobs, int | float):
        return (TokenLogprob(token=text, logprob=float(logprobs)),) if text else ()
    if not logprobs:
        return ()
    if "tokens" in logprobs:
        return tuple(_side_by_side(logprobs))
    return tuple(token_logprob(each) for each in logprobs.get("content") or logprobs.get("refusal") or ())


def token_logprob(each: Mapping[str, Any]) -> TokenLogprob:
    """One token and its rivals."""
    return TokenLogprob(
        token=each["token"],
        logprob=float(each["logprob"]),
        top=tuple((rival["token"], float(rival["logprob"])) for rival in each.get("top_logprobs") or ()),
    )


def _side_by_side(logprobs: Mapping[str, Any]) -> Iterator[TokenLogprob]:
    tokens, values = logprobs["tokens"] or (), logprobs.get("token_logprobs") or ()
    rivals_of = logprobs.get("top_logprobs")
    if not isinstance(rivals_of, list):  # Together has one object for all tokens
        rivals_of = []
    for token, value, rivals in zip_longest(tokens, values, rivals_of):
        yield TokenLogprob(
            token=token,
            logprob=math.nan if value is None else float(value),
            top=tuple((rival, float(likely)) for rival, likely in (rivals or {}).items()),
        )
