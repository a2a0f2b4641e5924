"""BLEU and chrF of an answer beside reference translations, by sacrebleu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.targets import any_of, target_of

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

    from workbench.evals.sample import Sample


def bleu(*, name: str = "bleu") -> Scorer:
    """BLEU of one sentence over 100, in [0, 1]: how many runs of one to four words the references have too.

    It is meant for translations and for many of them; of single sentences the mean is another figure than the
    BLEU of a corpus. Runs longer than the answer are left out (effective order), and where none is common an
    exponential smoothing stands in. The target may be a JSON list of texts, which are references together.

    Args:
        name: The scorer's.

    Raises:
        ConfigError: When it is used: sacrebleu is not installed.

    Source:
        K. Papineni et al. (2002), doi:10.3115/1073083.1073135; M. Post (2018), arXiv 1804.08771.
    """
    return _by_references(name, "bleu", _bleu, "case:mixed|eff:yes|tok:13a|smooth:exp")


def chrf(*, words: bool = False, name: str | None = None) -> Scorer:
    """The chrF of one text over 100, in [0, 1]: how many runs of up to six characters the reference has too.

    It fits languages whose words take many forms better than BLEU does. The target may be a JSON list of
    texts, of which the one that fits best counts.

    Args:
        words: Whether words and pairs of words count too: chrF++.
        name: The scorer's; else `chrf`, with words `chrf++`.

    Raises:
        ConfigError: When it is used: sacrebleu is not installed.

    Source:
        M. Popović (2015), doi:10.18653/v1/W15-3049; for chrF++ (2017), doi:10.18653/v1/W17-4770.
    """
    kind, make, order = ("chrf++", _chrf_with_words, 2) if words else ("chrf", _chrf, 0)
    return _by_references(name or kind, kind, make, f"case:mixed|eff:yes|nc:6|nw:{order}|space:no")


def _by_references(name: str, kind: str, make: Callable[[], Metric], signature: str) -> Scorer:
    def references(sample: Sample) -> Sequence[str]:
        targets = any_of(target_of(sample, name))
        if not all(target.strip() for target in targets):
            raise DataError(f"the target {sample.target!r} is empty for the scorer {name!r}: write one")
        return targets

    def check(sample: Sample) -> None:
        make()
        references(sample)

    def give(answer: Answer) -> Score:
        score = make().sentence_score(answer.text, references(answer.sample))
        # What is added up from shares may be 1e-14 above 100.
        return Score(value=min(score.score / 100, 1.0), explanation=str(score))

    with suppress(PackageNotFoundError):  # of which `check` tells whoever uses the scorer
        signature = f"{signature}|version:{version('sacrebleu')}"
    return Scorer(name=name, give=give, check=check, params={"kind": kind, "signature": signature})


def _missing(exc: ImportError) -> ConfigError:
    return ConfigError(f"BLEU and chrF need sacrebleu ({exc}): pip install 'llm-workbench[metrics]'")


@lru_cache
def _bleu() -> Metric:
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as exc:
        raise _missing(exc) from exc
    return BLEU(effective_order=True)


@lru_cache
def _chrf(word_order: int = 0) -> Metric:
    try:
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as exc:
        raise _missing(exc) from exc
    return CHRF(word_order=word_order)


def _chrf_with_words() -> Metric:
    return _chrf(2)
