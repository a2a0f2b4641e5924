"""How far the answers themselves changed, whether they are right or not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.agreement import cohen_kappa
from workbench.analysis.agreement.similarity import text_similarity
from workbench.analysis.estimates import Array, Estimate, accuracy
from workbench.analysis.regression.measures.pairing import Pairs, clusters, pairs
from workbench.analysis.statistics import paired_difference

ALPHA = 0.05
_UNKNOWN = Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
_FIGURES = {
    "agreement": "same answer then and now",
    "repeats": "same answer in repeats of one run",
    "excess": "repeats − then and now",
    "kappa": "Cohen's kappa, then and now",
    "similarity": "words in common, then and now",
    "own_similarity": "words in common, repeats of one run",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """How often a model gives the answer that it gave before.

    Answers are compared by the label that the scorer read, and where it read none by their text, in which
    white space does not count. Each figure has a 95 % interval over samples, clustered where they have
    clusters; `nan` is undefined.

    Attributes:
        agreement: Share of pairs of an answer then and one now that are the same, on average over samples.
        repeats: The same for two answers of one run; undefined where neither run repeats.
        excess: `repeats` − `agreement`, sample by sample: above 0 the answers changed by more than chance.
            Where the scorer read no label it is `own_similarity` − `similarity`: hardly two texts are equal.
        p: One-sided p value of "they changed by no more than repeats of one run do"; by itself, corrected for
            nothing.
        kappa: Agreement of the labels beyond chance; undefined where the scorer read none.
        similarity: Where it read none, how alike the texts are, then and now, by `text_similarity`.
        own_similarity: The same for repeats of one run.
        n: Samples compared.
        dropped: Samples left out because one of the two has no answer of its own: failed, or from the cache.
    """

    agreement: Estimate
    repeats: Estimate
    excess: Estimate
    p: float
    kappa: Estimate
    similarity: Estimate
    own_similarity: Estimate
    n: int
    dropped: int

    def frame(self) -> pd.DataFrame:
        """One row a figure: `figure`, `value`, `low`, `high`, `n`; those that are undefined are left out."""
        found = {title: getattr(self, name) for name, title in _FIGURES.items()}
        rows = [
            (title, one.value, one.low, one.high, one.n)
            for title, one in found.items()
            if not math.isnan(one.value)
        ]
        return pd.DataFrame(rows, columns=["figure", "value", "low", "high", "n"])

    def __str__(self) -> str:
        if self.n == 0:
            return "No sample has an answer then and now, so that nothing tells whether the answers changed."
        words = f"An answer of now is the same as one of then in {self.agreement.percent()}"
        if not math.isnan(self.similarity.value):
            words += f" (words in common: {100 * self.similarity.value:.0f} %)"
        if math.isnan(self.repeats.value):
            return f"{words}. Nothing was asked twice in one run, so that this may all be chance."
        words += f"; repeats of one run are the same in {100 * self.repeats.value:.1f} %"
        if not math.isnan(self.own_similarity.value):
            words += f" ({100 * self.own_similarity.value:.0f} %)"
        if math.isnan(self.p):
            return f"{words}. It takes more samples to tell whether that is chance."
        changed = "The answers changed" if self.p < ALPHA else "No sign that the answers changed"
        return f"{words}. {changed} by more than repeats of one run differ (p {self.p:.2g})."


def drift(old: pd.DataFrame, new: pd.DataFrame) -> Drift:
    """Compare the answers of one model then and now.

    Two answers to a sample are drawn from both runs, or from one. If nothing changed, they are as often the
    same; if it did, those of one run are more alike. That is tested by a paired t test over samples, since
    repeats of one sample are not independent. It takes two epochs, of one run at least.

    Args:
        old: Rows of one model as `results` gives them.
        new: Likewise, of the same model later.

    Source:
        A. Gretton and others (2012), Journal of Machine Learning Research 13:723, section 2.2: with equal or
        not for a kernel, the excess is half of their unbiased estimate of the squared distance.
    """
    own = pd.concat([_own(old), _own(new)], keys=["old", "new"], names=["run"]).reset_index("run")
    own = own.reset_index(drop=True)
    own["answer"] = pd.factorize(_answers(own))[0]
    then, now = own[own["run"] == "old"], own[own["run"] == "new"]
    places = pairs(then, now, lambda rows: rows.index.to_series().astype(float))
    same, again = _shares(then, now, places.names)
    groups = clusters(old, new).reindex(places.names)
    asked = pd.concat([old["sample"], new["sample"]]).nunique()
    kappa = similarity = own_similarity = _UNKNOWN
    if own["label"].notna().any():
        kappa = _kappa(own, places, groups)
        test = paired_difference(same, again, groups)
    else:
        alike, alike_again = _alike(own, places), _alike_again(own, places.names)
        similarity, own_similarity = accuracy(alike, groups), accuracy(alike_again, groups)
        test = paired_difference(alike, alike_again, groups)
    return Drift(
        agreement=accuracy(same, groups),
        repeats=accuracy(again, groups),
        excess=test.difference,
        p=test.p_better,
        kappa=kappa,
        similarity=similarity,
        own_similarity=own_similarity,
        n=len(places.names),
        dropped=int(asked - len(places.names)),
    )


def _own(rows: pd.DataFrame) -> pd.DataFrame:
    """Answers that the run itself was given, in the order of epochs."""
    answered = rows[(rows["status"] == "ok") & ~rows["cached"].astype(bool)]
    return answered[["sample", "epoch", "label", "text", "cluster"]].sort_values("epoch", kind="stable")


def _answers(rows: pd.DataFrame) -> pd.Series[str]:
    texts = rows["text"].fillna("").astype(str).str.split().str.join(" ")
    # A label and a text are never the same answer, though both be "4".
    return ("label " + rows["label"].astype(object)).fillna("text " + texts)


def _shares(then: pd.DataFrame, now: pd.DataFrame, names: Array) -> tuple[Array, Array]:
    """How often two answers to each sample are the same: of both runs, and of one."""
    counts = [
        rows.groupby(["sample", "answer"]).size().rename(run) for run, rows in (("old", then), ("new", now))
    ]
    table = pd.concat(counts, axis=1).fillna(0)
    sums = pd.DataFrame(
        {
            "both": table["old"] * table["new"],
            "old_pairs": table["old"] * (table["old"] - 1),
            "new_pairs": table["new"] * (table["new"] - 1),
            **table,
        }
    )
    sums = sums.groupby(level="sample").sum().reindex(names)
    one_run = [
        sums[f"{run}_pairs"] / (sums[run] * (sums[run] - 1)).where(sums[run] > 1) for run in ("old", "new")
    ]
    again = pd.concat(one_run, axis=1).mean(axis=1)
    return (sums["both"] / (sums["old"] * sums["new"])).to_numpy(), again.to_numpy()


def _kappa(own: pd.DataFrame, places: Pairs, groups: pd.Series[str]) -> Estimate:
    labels = own["label"].astype(object).where(own["label"].notna(), None)
    then, now = (labels[at.astype(int)].tolist() for at in (places.old, places.new))
    units = [name if pd.isna(group) else ("cluster", group) for name, group in groups.items()]
    return cohen_kappa(then, now, [units[sample] for sample in places.samples])


def _alike(own: pd.DataFrame, places: Pairs) -> Array:
    texts = own["text"].fillna("").astype(str)
    both = zip(texts[places.old.astype(int)], texts[places.new.astype(int)], strict=True)
    return places.by_sample(np.array([text_similarity(one, other) for one, other in both], dtype=float))


def _alike_again(own: pd.DataFrame, names: Array) -> Array:
    """How alike each answer is to the next one of its run, mean over each sample's."""
    texts = own["text"].fillna("").astype(str)
    following = texts.groupby([own["run"], own["sample"]]).shift(-1)
    known = following.notna()
    alike = [text_similarity(one, other) for one, other in zip(texts[known], following[known], strict=True)]
    means = pd.Series(alike, index=own["sample"][known], dtype=float).groupby(level=0).mean()
    return means.reindex(names).to_numpy()
