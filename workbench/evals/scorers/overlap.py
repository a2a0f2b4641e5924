"""How many words answer and target share: F1 of question answering, ROUGE of summaries."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Literal

from rapidfuzz.distance import LCSseq

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers.scorer import Score, Scorer
from workbench.evals.scorers.targets import by_target
from workbench.evals.scorers.wording import label_of
from workbench.words import UNSPACED

Rouge = Literal["rouge1", "rouge2", "rougeL"]
Measure = Literal["f1", "recall", "precision"]

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PLAIN_WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_ASCII_MARKS = frozenset(string.punctuation)


def f1(*, name: str = "f1") -> Scorer:
    """Share of the words of answer and target that both have, in [0, 1]: F1 as the SQuAD data set has it.

    Letter case, punctuation and the articles a, an, the do not count; nor does the order of words. In scripts
    without spaces each character is a word. An answer without words scores 0 with label `None`; the label is
    the words that count. The target may be a JSON list of texts, of which the one that fits best counts.

    Args:
        name: The scorer's.

    Source:
        P. Rajpurkar et al. (2016), arXiv 1606.05250, section 6.1: 2 P R / (P + R) of the words as multisets.
    """
    return by_target(name, _f1, kind="f1")


def rouge(variant: Rouge = "rougeL", *, measure: Measure = "f1", name: str | None = None) -> Scorer:
    """Share of the target's words, or runs of words, that the answer has, in [0, 1].

    Words are runs of letters and digits, without regard to case, and are not stemmed; in scripts without
    spaces each character is one. The target may be a JSON list of texts, of which the one that fits best
    counts.

    Args:
        variant: `rouge1`: words; `rouge2`: pairs of neighbours; `rougeL`: the longest sequence of words that
            both have in this order, other words between them or not.
        measure: `recall`, the share of the target's; `precision`, that of the answer's; `f1`: of both.
        name: The scorer's; else the variant, with `_recall` or `_precision` where that is measured.

    Raises:
        ConfigError: There is no such variant or measure.

    Source:
        C.-Y. Lin (2004), ROUGE, https://aclanthology.org/W04-1013, sections 2 and 3.1.
    """
    if variant not in ("rouge1", "rouge2", "rougeL"):
        raise ConfigError(f"no variant {variant!r}: write 'rouge1', 'rouge2' or 'rougeL'")
    if measure not in ("f1", "recall", "precision"):
        raise ConfigError(f"no measure {measure!r}: write 'f1', 'recall' or 'precision'")
    name = name or (variant if measure == "f1" else f"{variant}_{measure}")
    compare = partial(_rouge, variant=variant, measure=measure)
    return by_target(name, compare, kind="rouge", variant=variant, measure=measure)


def _f1(text: str, target: str) -> Score:
    read, wanted = _plain_words(text), _plain_words(target)
    if not wanted:
        raise DataError(f"the target {target!r} has no words for the scorer 'f1': write some, or use 'exact'")
    common = _common(read, wanted)
    return _score(common, read, wanted, "f1", label=label_of(" ".join(read)) or None)


def _rouge(text: str, target: str, *, variant: Rouge, measure: Measure) -> Score:
    read, wanted = _words(text), _words(target)
    if variant == "rougeL":
        common = int(LCSseq.similarity(read, wanted))
    else:
        size = int(variant[-1])
        read, wanted = _runs(read, size), _runs(wanted, size)
        common = _common(read, wanted)
    if not wanted:
        fault = "fewer than two words" if variant == "rouge2" else "no word"
        raise DataError(f"the target {target!r} has {fault} for the scorer {variant!r}: write more")
    return _score(common, read, wanted, measure)


def _score(
    common: int, read: Sequence[str], wanted: Sequence[str], measure: Measure, label: str | None = None
) -> Score:
    recall = common / len(wanted)
    precision = common / len(read) if read else 0.0
    both = 2 * common / (len(read) + len(wanted))  # which is 2 P R / (P + R)
    value = {"f1": both, "recall": recall, "precision": precision}[measure]
    said = f"{common} of {len(wanted)} wanted, {common} of {len(read)} given"
    return Score(value=value, label=label, explanation=said)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return (Counter(one) & Counter(other)).total()


def _plain_words(text: str) -> list[str]:
    kept = (letter for letter in text.lower() if not _is_mark(letter))
    return _PLAIN_WORD.findall(_ARTICLE.sub(" ", "".join(kept)))


def _is_mark(letter: str) -> bool:
    return letter in _ASCII_MARKS or unicodedata.category(letter)[0] == "P"


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _runs(words: Sequence[str], size: int) -> list[str]:
    return [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
