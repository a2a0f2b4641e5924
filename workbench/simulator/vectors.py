"""Texts as vectors: texts that share words lie near each other, in any process."""

from __future__ import annotations

import math
import re

from workbench.simulator.luck import seeded

DIMENSIONS = 64
MOST_TEXTS = 2048  # OpenAI's bound
_WORD = re.compile(r"\w+")


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """The sum of a random direction for each word, of length 1.

    Args:
        text: What is embedded.
        dimensions: Length of the list, at least 1.
    """
    words = _WORD.findall(text.casefold()) or [text]
    total = [0.0] * dimensions
    for word in words:
        rng = seeded("vector", word)
        for place in range(dimensions):
            total[place] += rng.gauss(0, 1)
    length = math.sqrt(sum(part * part for part in total))
    return [part / length for part in total]
