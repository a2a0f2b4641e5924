"""The samples whose answers changed sides between a baseline and a candidate, and those of no fixed side."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from workbench.analysis.regression.telling.excerpts import excerpts
from workbench.analysis.regression.telling.marked import flips_html, flips_text
from workbench.analysis.sides import boundary, in_words

FLIPS = [
    *("dataset", "model", "sample", "direction", "baseline_score", "candidate_score"),
    *("baseline_answer", "candidate_answer", "target"),
]
FLAKY = ["dataset", "model", "sample", "flaky_in", "baseline_scores", "candidate_scores"]

_Side = Literal["right", "wrong", "flaky", "none"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class Flips:
    """Samples of two runs, told apart by whether each run is of one mind about them.

    A cell shows it as tables, and what is gone and new of each answer in one text.

    Attributes:
        flips: One row for each sample that every answer of the baseline had right and none of the candidate
            (`direction` is `lost`), or the other way round (`gained`). Columns: dataset, model, sample,
            direction, baseline_score and candidate_score (means over epochs), baseline_answer and
            candidate_answer (of the first epoch with a score; long ones cut around their first difference),
            target. Lost ones come first, the largest change first.
        flaky: One row for each sample of which the answers of one run are partly right and partly wrong.
            Columns: dataset, model, sample, flaky_in (`baseline`, `candidate` or `both`), baseline_scores and
            candidate_scores (one an epoch, `nan` where there is none). What fell most comes first.
        rule: What was counted as what, in words.
    """

    flips: pd.DataFrame
    flaky: pd.DataFrame
    rule: str

    def __str__(self) -> str:
        return flips_text(self) or f"No sample changed sides, and none is flaky. {self.rule}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return flips_html(self) or f"<p>{html.escape(str(self))}</p>"


def flips(
    old: pd.DataFrame, new: pd.DataFrame, *, dataset: str = "", threshold: float | None = None
) -> Flips:
    """Which samples changed sides, and which are flaky; a description, no test: that is for the verdicts.

    Models are compared with their namesakes, or the only one with the only one. Answers without a score count
    on no side, and samples without any in one of the runs are left out.

    Args:
        old: Rows of `results`, the baseline.
        new: Likewise, the candidate.
        dataset: Its name, for the frames.
        threshold: From which score on an answer is right; by default as `boundary` finds it in both.
    """
    limit = boundary(old, new) if threshold is None else threshold
    changed, unsure = [], []
    for model, then, now in _models(old, new):
        both = [sample for sample in now if sample in then]
        for sample in both:
            before, after = then[sample], now[sample]
            sides = before.side(limit), after.side(limit)
            if "none" in sides:
                continue
            named = {"dataset": dataset, "model": model, "sample": sample}
            fall = before.mean - after.mean
            if "flaky" in sides:
                where = "both" if sides[0] == sides[1] else "baseline" if sides[0] == "flaky" else "candidate"
                scores = {"baseline_scores": before.scores, "candidate_scores": after.scores}
                unsure.append((-fall, named | {"flaky_in": where} | scores))
            elif sides[0] != sides[1]:
                lost = sides[0] == "right"
                changed.append(((not lost, -abs(fall)), named | _flip(before, after, lost=lost)))
    epochs = min((_epochs(frame) for frame in (old, new)), default=0)
    return Flips(
        # The sort is stable: what is alike stays in the order of asking, so that a page is always the same.
        flips=pd.DataFrame([row for _, row in sorted(changed, key=lambda one: one[0])], columns=FLIPS),
        flaky=pd.DataFrame([row for _, row in sorted(unsure, key=lambda one: one[0])], columns=FLAKY),
        rule=_rule(limit, epochs),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    scores: list[float]
    answer: str | None
    target: str | None

    @property
    def there(self) -> list[float]:
        return [score for score in self.scores if not math.isnan(score)]

    @property
    def mean(self) -> float:
        return math.fsum(self.there) / len(self.there)

    def side(self, limit: float) -> _Side:
        right = [score >= limit for score in self.there]
        if not right:
            return "none"
        return "right" if all(right) else "flaky" if any(right) else "wrong"


def _flip(before: _Sample, after: _Sample, *, lost: bool) -> dict[str, object]:
    answers = excerpts(before.answer, after.answer)
    return {
        "direction": "lost" if lost else "gained",
        "baseline_score": before.mean,
        "candidate_score": after.mean,
        "baseline_answer": answers[0],
        "candidate_answer": answers[1],
        "target": after.target or before.target,
    }


def _models(
    old: pd.DataFrame, new: pd.DataFrame
) -> Iterator[tuple[str, dict[str, _Sample], dict[str, _Sample]]]:
    then, now = _by_model(old), _by_model(new)
    if len(then) == len(now) == 1 and then.keys() != now.keys():
        then = dict(zip(now, then.values(), strict=True))
    for model, rows in now.items():
        if model in then:
            yield model, _samples(then[model]), _samples(rows)


def _by_model(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    asked = frame.dropna(subset=["sample"])
    return {str(model): rows for model, rows in asked.groupby("model", sort=False)}


def _samples(rows: pd.DataFrame) -> dict[str, _Sample]:
    found: dict[str, list[tuple[int, float, object, object]]] = {}
    for sample, epoch, value, text, target in zip(
        *(rows[name] for name in ("sample", "epoch", "value", "text")),
        rows["target"] if "target" in rows else [None] * len(rows),
        strict=True,
    ):
        score = math.nan if pd.isna(value) else float(value)
        found.setdefault(str(sample), []).append((int(epoch), score, text, target))
    return {sample: _sample(sorted(answers, key=lambda one: one[0])) for sample, answers in found.items()}


def _sample(answers: Sequence[tuple[int, float, object, object]]) -> _Sample:
    scored = [answer for answer in answers if not math.isnan(answer[1])]
    _, _, text, target = scored[0] if scored else answers[0]
    return _Sample(scores=[score for _, score, *_ in answers], answer=_known(text), target=_known(target))


def _known(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _epochs(frame: pd.DataFrame) -> int:
    return int(frame.dropna(subset=["sample"])["epoch"].nunique())


def _rule(limit: float, epochs: int) -> str:
    said = (
        f"Changed sides: every answer was {in_words(limit)} and none is now, or the other way round. "
        "Flaky: the answers of one run are on both sides."
    )
    if epochs < 2:
        said += (
            " In one of the runs at least each sample was asked once, so that one that is flaky cannot be "
            "told from one that changed: ask several times."
        )
    return said
