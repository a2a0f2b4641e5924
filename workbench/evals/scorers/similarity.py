"""How near an answer is to the target, by a model for embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.client import Client
from workbench.errors import ConfigError, DataError
from workbench.evals.scorers.scorer import Answer, Score, Scorer

if TYPE_CHECKING:
    from workbench.evals.sample import Sample

Vector = npt.NDArray[np.float64]


def similar(model: str, threshold: float | None = None, *, name: str | None = None) -> Scorer:
    """A scorer that compares answer and target by the cosine of their embeddings.

    Texts about the same thing are near each other, also where one says the contrary: it tells whether an
    answer is on the subject rather than whether it is right. Look at some pairs of your own before you choose
    a threshold: what counts as near differs from model to model.

    The value is the cosine, and 0 where that is below 0; with a threshold 1 where the cosine reaches it and 0
    elsewhere, with the label `similar` or `different`. Empty text scores 0. A failed call, and a vector of
    nothing but zeros, give a score without value. Embeddings are calls of the log with the tags `judge` and
    `judged`; a target is embedded once.

    Args:
        model: A model for embeddings, as `provider/model`.
        threshold: From which cosine on two texts are the same, in [-1, 1].
        name: Under which the log has its scores; `similar:provider/model` where not given.

    Raises:
        ConfigError: The threshold is not in [-1, 1].
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise ConfigError(f"threshold is {threshold!r}: a cosine is in [-1, 1], give one such as 0.8")
    named = name or f"similar:{model}"

    def check(sample: Sample) -> None:
        if not (sample.target or "").strip():
            raise DataError(f"sample {sample.id!r} has no target for the scorer {named!r}: write one")

    async def give(answer: Answer) -> Score:
        if not answer.text.strip():
            return Score(value=0.0, explanation="the answer is empty")
        # The target is the same in every epoch, and the log has its answers by epochs.
        wanted = await _vector(answer.client.bind(epoch=0), model, answer.sample.target or "")
        return _score(_cosine(await _vector(answer.client, model, answer.text), wanted), threshold)

    return Scorer(
        name=named,
        give=give,
        check=check,
        params={"model": model, "threshold": threshold},
        asks=(model,),
    )


async def _vector(client: Client, model: str, text: str) -> Vector:
    vector: Vector = (await client.embed(model, text, cache=True)).vectors[0]
    return vector


def _cosine(a: Vector, b: Vector) -> float | None:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else None


def _score(cosine: float | None, threshold: float | None) -> Score:
    if cosine is None:
        return Score(value=None, explanation="the cosine is undefined: a vector is zero throughout")
    words = f"cosine {cosine:.3f}"
    if threshold is None:
        return Score(value=min(max(cosine, 0.0), 1.0), explanation=words)
    near = cosine >= threshold
    words += f", {threshold:g} is wanted"
    return Score(value=float(near), label="similar" if near else "different", explanation=words)
