"""How alike open-ended answers are worded: where there are no labels to count, words are compared.

Alike is not right, and not the same meaning: two answers may say one thing in different words.
Undefined figures are `nan`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from statistics import fmean

import numpy as np
import pandas as pd
from rapidfuzz.distance import Indel

from workbench.words import UNSPACED

# Marks count too: -5 is not 5, and a + b is not a - b.
_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]")
# So much less alike than the others are among themselves, on average, is the odd one out. A judgement, not a
# test: one answer each is too little for one.
_APART = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Who stands where among the others.

    Attributes:
        central: The model whose answers are most like those of all the others, on average: the one to read
            for what most of them say; `None` on a tie, and for fewer than three models.
        odd: The model that is at least 0.1 less like the others than those are like each other, on average;
            `None` where there is none, and for fewer than three models.
        likeness: Average similarity of each model with the others, in [0, 1]; `nan` where undefined.
    """

    central: str | None
    odd: str | None
    likeness: Mapping[str, float]


def text_similarity(a: str, b: str) -> float:
    """Share of two texts that both have, word by word and in the same order.

    Words and marks as they are written, capitals told from small letters; space does not count. In writing
    without spaces each character is a word.

    Returns:
        2 LCS / (len(a) + len(b)), in [0, 1], LCS being the length of the longest common subsequence and all
        lengths in words: 1 for the same words, 0 where none is common. Two empty texts are the same: 1.

    Source:
        https://rapidfuzz.github.io/RapidFuzz/Usage/distance/Indel.html, normalized_similarity.
    """
    return float(Indel.normalized_similarity(_words(a), _words(b)))


def similarity_matrix(texts: Mapping[str, str | Sequence[str]]) -> pd.DataFrame:
    """How alike the answers of each two models are, by `text_similarity`.

    Args:
        texts: The answer of each model, or several answers to the same prompt.

    Returns:
        A square, symmetric frame, models in the order given, values in [0, 1]: the mean over all pairs of an
        answer of one and an answer of the other. The diagonal is how far a model agrees with itself: the mean
        over the pairs of its own answers, `nan` for fewer than two. `nan` also where a model has no answer.
    """
    words = {
        model: [_words(text) for text in ([own] if isinstance(own, str) else own)]
        for model, own in texts.items()
    }
    models = list(words)
    values = np.full((len(models), len(models)), math.nan)
    for i, model in enumerate(models):
        values[i, i] = _mean_similarity(combinations(words[model], 2))
        for j, other in enumerate(models[:i]):
            values[i, j] = values[j, i] = _mean_similarity(product(words[model], words[other]))
    return pd.DataFrame(values, index=models, columns=models)


def central(matrix: pd.DataFrame) -> Standing:
    """Who is nearest to all the others, and who is the odd one out.

    Args:
        matrix: As `similarity_matrix` gives it.
    """
    values = matrix.to_numpy(dtype=float)
    models = [str(model) for model in matrix.index]
    likeness = {model: _mean(np.delete(values[place], place)) for place, model in enumerate(models)}
    known = {model: value for model, value in likeness.items() if not math.isnan(value)}
    if len(known) < 3:
        return Standing(central=None, odd=None, likeness=likeness)
    lowest = min(known, key=lambda model: known[model])
    place = models.index(lowest)
    rest = np.delete(np.delete(values, place, axis=0), place, axis=1)
    apart = _mean(rest[~np.eye(len(rest), dtype=bool)]) - known[lowest]
    leaders = [model for model, value in known.items() if math.isclose(value, max(known.values()))]
    return Standing(
        central=leaders[0] if len(leaders) == 1 else None,
        odd=lowest if apart >= _APART else None,
        likeness=likeness,
    )


def similarity_in_words(matrix: pd.DataFrame) -> str:
    """What a matrix of `similarity_matrix` says, in a sentence or two."""
    models = [str(model) for model in matrix.index]
    values = matrix.to_numpy(dtype=float)
    pairs = {(models[i], models[j]): values[i, j] for i, j in combinations(range(len(models)), 2)}
    known = {pair: float(value) for pair, value in pairs.items() if not math.isnan(value)}
    if not known:
        own = [
            f"The answers of {model} agree with each other to {_percent(value)}."
            for model, value in zip(models, np.diag(values), strict=True)
            if not math.isnan(value)
        ]
        return " ".join(own) or "Nothing to compare: it takes two answers."
    highest, lowest = max(known.values()), min(known.values())
    if lowest == 1:
        return "All answers are the same, word for word."
    if highest == 0:
        return "No two models have a word in common."
    if math.isclose(lowest, highest):
        names = " and ".join(next(iter(known))) if len(known) == 1 else "Any two models"
        return f"{names} agree to {_percent(highest)}."
    closest = [f"{a} and {b}" for (a, b), value in known.items() if math.isclose(value, highest)]
    pairs_named = ", ".join(closest) if len(closest) <= 3 else f"{len(closest)} pairs of models"
    words = f"{pairs_named} agree most ({_percent(highest)})"
    standing = central(matrix)
    if standing.odd is not None:
        share = _percent(standing.likeness[standing.odd])
        words += f", {standing.odd} is the odd one out ({share} with the others)"
    if standing.central is not None:
        share = _percent(standing.likeness[standing.central])
        words += f". Nearest to all the others: {standing.central} ({share} on average)"
    return f"{words}."


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _mean_similarity(pairs: Iterable[tuple[list[str], list[str]]]) -> float:
    return _mean(Indel.normalized_similarity(a, b) for a, b in pairs)


def _mean(values: Iterable[float]) -> float:
    known = [float(value) for value in values if not math.isnan(value)]
    return fmean(known) if known else math.nan


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
