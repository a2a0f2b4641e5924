"""What each sample tells of the models: which ones separate them, and which have a suspect target."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.discrimination import discrimination, rests
from workbench.analysis.estimates import ROUNDING, Array, proportion
from workbench.analysis.flakiness import flaky
from workbench.analysis.items import item_table
from workbench.analysis.sides import boundary

COLUMNS = [
    *("sample", "category", "target", "tells", "models", "right", "right_low", "right_high"),
    *("discrimination", "discrimination_low", "discrimination_high", "flaky", "disagree"),
    *("suspect", "other_answer", "other_models"),
]
MOST_NAMES = 10

_Read = dict[str, set[str]]  # what was read of the answers of each model


def forensics(frame: pd.DataFrame, *, threshold: float | None = None) -> pd.DataFrame:
    """What each sample tells of the models of an experiment; suspect targets and odd ones come first.

    It says which questions to read again, and is no test: among hundreds of samples some are odd by chance.
    Do not leave out of a comparison what looks odd in it, for that biases what is found.

    Args:
        frame: Of `results`.
        threshold: From which score on an answer is right; by default as `boundary` finds it.

    Columns:
        sample, category, target; tells (by the mean score of each model over epochs: `separates`, where
        models differ, or `all right`, `all wrong`; `nothing` where there is no score); models (that have a
        score on it); right (the share of them that are right, `nan` where there is none), right_low and
        right_high (Wilson's interval, as if models were drawn by chance from many); discrimination,
        discrimination_low, discrimination_high (in [-1, 1], see `discrimination`: below 0, better models do
        worse, a sign of a wrong target or a question with two meanings; `nan` where undefined); flaky (how
        many models are right in one epoch and wrong in another; missing where none has two scores);
        disagree (how often two answers of one model are of two sides, mean over models; likewise `nan`);
        suspect (why the target may be wrong, in words; missing where nothing says so); other_answer (what
        most models that are wrong answered; missing where no two agree); other_models (how many).

        A target is suspect where the better half of the models, two at least, are right on most other
        samples, and wrong on this one with one and the same answer; or where the whole interval of the
        discrimination is below 0.

    Source:
        C. G. Northcutt and others (2021), arXiv:2103.14749, for how many targets of benchmarks are wrong;
        see `discrimination` for the rest.
    """
    asked = frame.dropna(subset=["sample"])
    if asked.empty:
        return pd.DataFrame(columns=COLUMNS)
    limit = boundary(asked) if threshold is None else threshold
    table = item_table(asked)
    about, read = _about(asked), _read(asked)
    found = pd.DataFrame(
        [
            {
                "sample": sample,
                **about[sample],
                **_sides(scores, limit),
                **_answers([str(model) for model in table], scores, rest, read.get(sample, {}), limit),
            }
            for sample, scores, rest in zip(table.index, table.to_numpy(), rests(table), strict=True)
        ]
    )
    apart = discrimination(table).reset_index(drop=True)
    found["discrimination"] = apart["value"]
    found["discrimination_low"], found["discrimination_high"] = apart["low"], apart["high"]
    found = found.join(_repeats(asked, limit), on="sample")
    negative = (apart["high"] < 0) & found["suspect"].isna()
    found["suspect"] = found["suspect"].astype(object).mask(negative, "better models do worse on it")
    order = found.assign(fine=found["suspect"].isna()).sort_values(["fine", "discrimination"], kind="stable")
    return order[COLUMNS].reset_index(drop=True)


def forensics_in_words(found: pd.DataFrame) -> str:
    """How much of a data set tells models apart, and which samples want a look.

    Args:
        found: Of `forensics`.
    """
    tells = Counter(found["tells"])
    said = [
        f"{tells['separates']} of {len(found)} samples separate the models; {tells['all right']} are right "
        f"for all and {tells['all wrong']} for none of them, and say nothing of which one is better."
    ]
    if len(suspects := found.loc[found["suspect"].notna(), "sample"]):
        more = " …" if len(suspects) > MOST_NAMES else ""
        said.append(f"Suspect targets, {len(suspects)}: {', '.join(map(str, suspects[:MOST_NAMES]))}{more}.")
    if unsteady := int((found["flaky"].fillna(0) > 0).sum()):
        said.append(f"Flaky for one model at least: {unsteady}.")
    return "\n".join(said)


def _sides(scores: Array, limit: float) -> dict[str, object]:
    there = scores[~np.isnan(scores)]
    right = there >= limit
    share = proportion(int(right.sum()), len(there))
    tells = "nothing"
    if len(there):
        alike = "all right" if right.all() else "all wrong"
        tells = "separates" if np.ptp(there) > ROUNDING else alike
    return {
        "tells": tells,
        "models": len(there),
        "right": share.value,
        "right_low": share.low,
        "right_high": share.high,
    }


def _answers(
    models: Sequence[str], scores: Array, rest: Array, read: _Read, limit: float
) -> dict[str, object]:
    """What models that are wrong answered, and whether the best of all are among them with one voice."""
    wrong = [model for model, score in zip(models, scores, strict=True) if score < limit]
    counted = Counter(label for model in wrong for label in sorted(read.get(model, ())))
    # The most frequent one; of several the first by name, so that a page is always the same.
    label, count = min(counted.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    best = _best(models, scores, rest, limit)
    voices = {frozenset(read.get(model, ())) for model in best}
    agreed = next(iter(voices)) if len(voices) == 1 and set(best) <= set(wrong) else frozenset()
    return {
        "suspect": f"the {len(best)} best models answer {next(iter(agreed))!r}"
        if len(best) > 1 and len(agreed) == 1
        else None,
        "other_answer": label if count > 1 else None,
        "other_models": count if count > 1 else None,
    }


def _best(models: Sequence[str], scores: Array, rest: Array, limit: float) -> list[str]:
    """The better half of the models with a score on a sample; none unless all are right on most others."""
    known = [
        (-other, place)
        for place, (score, other) in enumerate(zip(scores, rest, strict=True))
        if not math.isnan(score) and not math.isnan(other)
    ]
    half = sorted(known)[: (len(known) + 1) // 2]
    return [models[place] for _, place in half] if all(-other >= limit for other, _ in half) else []


def _read(asked: pd.DataFrame) -> dict[Hashable, _Read]:
    """By sample; an answer of which nothing could be read is not in it."""
    found: dict[Hashable, _Read] = {}
    for sample, model, label in zip(asked["sample"], asked["model"], asked["label"], strict=True):
        if not pd.isna(label):
            found.setdefault(sample, {}).setdefault(str(model), set()).add(str(label))
    return found


def _about(asked: pd.DataFrame) -> dict[Hashable, dict[str, Any]]:
    """Category and target of each sample, by any model: who failed has no score, and no word of them."""
    columns = asked.reindex(columns=["sample", "category", "target"])
    known = columns.groupby("sample", sort=False).first().astype(object)
    rows = known.where(known.notna(), None).to_dict("records")
    return {
        sample: {str(name): value for name, value in row.items()}
        for sample, row in zip(known.index, rows, strict=True)
    }


def _repeats(asked: pd.DataFrame, limit: float) -> pd.DataFrame:
    """How many models are flaky, and how often two answers disagree, by sample."""
    known = (
        flaky(asked, threshold=limit).dropna(subset=["disagree"]).groupby("sample", sort=False)["disagree"]
    )
    return pd.DataFrame(
        {"flaky": known.agg(lambda own: int((own > 0).sum())).astype("Int64"), "disagree": known.mean()}
    )
