"""Texts as vectors, asked for in batches of what a provider takes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.calls import USAGE_FIELDS, Completion, Usage
from workbench.errors import ConfigError, UnreadableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Embeddings:
    """Texts as vectors.

    Attributes:
        vectors: Shape (n_texts, n_dims), in the order of the texts; (0, 0) where there were none.
        model: `provider/model`, as it was asked for; `served_model` is what answered.
        usage: Tokens of all batches together; a kind that one of them does not report is `None`.
        cost_usd: Of all batches together; `None` where one of them is not known, 0 for no texts.
        call_ids: The rows of the log, one for each batch, in order.
        cached: How many of the batches our own cache answered.
        dropped: Parameters that were left out because the model refuses them.
    """

    vectors: NDArray[np.float64]
    model: str
    served_model: str | None
    usage: Usage
    cost_usd: Decimal | None
    call_ids: tuple[UUID, ...]
    cached: int
    dropped: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        tokens = "?" if self.usage.input_tokens is None else self.usage.input_tokens
        cost = "cost unknown" if self.cost_usd is None else f"${self.cost_usd:.6f}"
        texts, dims = self.vectors.shape
        return f"Embeddings({self.model}: {texts} texts × {dims} dimensions, {tokens} tokens, {cost})"


def batches_of(texts: str | Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """The texts in groups of at most `size`.

    Raises:
        ConfigError: One of them is empty, or no text.
    """
    if isinstance(texts, (bytes, Mapping)) or not isinstance(texts, Iterable):
        raise ConfigError(f"no texts: {texts!r:.200}: give a text, or a list of texts")
    every = (texts,) if isinstance(texts, str) else tuple(texts)
    for place, text in enumerate(every):
        # OpenAI, Cohere and Google refuse an empty one; a server that does not gives a vector of nothing.
        if not isinstance(text, str) or not text:
            raise ConfigError(f"text {place} is {text!r}: a text to embed has at least one character")
    return (every[start : start + size] for start in range(0, len(every), size))


def together(model: str, batches: Sequence[tuple[str, ...]], answers: Sequence[Completion]) -> Embeddings:
    """The answers to all batches as one array.

    Raises:
        UnreadableError: There are not as many vectors as texts, or they differ in length.
    """
    import numpy as np  # who only chats does without

    for batch, answer in zip(batches, answers, strict=True):
        if len(answer.vectors) != len(batch):
            raise _unreadable(model, f"{len(answer.vectors)} vectors for {len(batch)} texts", answer)
    vectors = [vector for answer in answers for vector in answer.vectors]
    if len({len(vector) for vector in vectors}) > 1:
        raise _unreadable(model, "vectors of different lengths", answers[-1])
    costs = [answer.cost_usd for answer in answers]
    return Embeddings(
        vectors=np.array(vectors, dtype=np.float64) if vectors else np.empty((0, 0)),
        model=model,
        served_model=answers[-1].served_model if answers else None,
        usage=Usage(**{name: _sum([getattr(each.usage, name) for each in answers]) for name in USAGE_FIELDS}),
        cost_usd=None if None in costs else sum((cost for cost in costs if cost), Decimal(0)),
        call_ids=tuple(answer.call_id for answer in answers if answer.call_id is not None),
        cached=sum(answer.cached for answer in answers),
        dropped=tuple(dict.fromkeys(name for answer in answers for name in answer.dropped)),
    )


def _sum(counts: Sequence[Any]) -> int | None:
    return None if None in counts else sum(counts)


def _unreadable(model: str, what: str, answer: Completion) -> UnreadableError:
    return UnreadableError(
        f"{model}: {what} came back (call {answer.call_id}): is it a model for embeddings?",
        provider=answer.provider,
        model=answer.model,
    )
