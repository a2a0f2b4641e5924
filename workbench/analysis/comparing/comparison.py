"""All models of an experiment against each other, on the same samples."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.comparing.groups import in_words, indistinguishable, letters, listed
from workbench.analysis.comparing.omnibus import Omnibus, omnibus
from workbench.analysis.comparing.ranks import rank_interval, rank_shares
from workbench.analysis.estimates import accuracy, present
from workbench.analysis.items import clusters_of, item_table
from workbench.analysis.planning.power import visible
from workbench.analysis.statistics import Correction, corrected, paired_difference
from workbench.errors import ConfigError

PAIRS = [
    *("model", "other", "difference", "low", "high", "p", "p_adjusted", "apart"),
    *("n", "dropped", "method", "sees"),
]
_CORRECTIONS = {"holm": "Holm", "bh": "Benjamini and Hochberg"}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Comparison:
    """What the same samples say about several models.

    Attributes:
        frame: One row a pair, the models with the higher accuracy first: `model`, `other`, `difference` of
            their accuracies with its 95 % interval `low`, `high` (each pair for itself), `p` (two-sided),
            `p_adjusted` (for the number of pairs), `apart` (whether they were told apart), `n` (samples that
            both have a score for), `dropped` (those that only one of them has a score for), `method`, and
            `sees`, the smallest difference that this pair would probably have shown; `nan`: none of any size.
        models: One row a model, the best first: `model`, `accuracy`, `low`, `high`, `n`, `rank`, `rank_low`
            and `rank_high` (95 % of the ranks in samples drawn again, of those that all have a score for),
            `best` (how often it is the first then), `group` (models that share a letter were not told apart).
        ranks: How often each model has each rank when samples are drawn again, clusters whole: a row a model,
            a column a rank from 1, shares in [0, 1].
        groups: The largest groups of models that were not told apart; they may overlap.
        omnibus: One test for all of three models and more; `None` for two.
        unscored: Models without any score, which are compared with none.
        samples: On what it rests, in words.
        alpha: The chance of telling any two models apart that are alike (`holm`), or the share of such pairs
            among those told apart (`bh`).
        correction: Which of the two.
        scale: What words multiply differences by: 100, for points, where all scores are in [0, 1], else 1.
    """

    frame: pd.DataFrame
    models: pd.DataFrame
    ranks: pd.DataFrame
    groups: tuple[tuple[str, ...], ...]
    omnibus: Omnibus | None
    unscored: tuple[str, ...]
    samples: str
    alpha: float
    correction: Correction
    scale: float = 100.0

    @property
    def words(self) -> str:
        """Which models are better, and which cannot be told apart."""
        said = in_words(list(self.models["model"]), _apart(self.frame), self.samples)
        if self.unscored:
            said += f" Without a score: {listed(self.unscored)}."
        return said

    def sees(self) -> str:
        """What this comparison could have seen, in words."""
        found = self.frame["sees"].dropna()
        if found.empty:
            return f"With {self.samples} no difference of any size could be told from chance."
        low, high = (self._amount(each) for each in (found.min(), found.max()))
        pairs = "" if len(self.frame) == 1 else f" for all {len(self.frame)} pairs together"
        return (
            f"With {self.samples} a difference of {low if low == high else f'{low} to {high}'}"
            f"{' points' if self.scale == 100 else ''} would be found four times out of five (paired, "
            f"two-sided, α = {self.alpha:g}{pairs}); smaller ones mostly stay unseen."
        )

    def __repr__(self) -> str:
        lines = [self.words, *map(self._pair, self.frame.to_dict("records"))]
        if self.omnibus is not None:
            lines.append(f"All together: {self.omnibus}.")
        return "\n".join([*lines, self.sees()])

    def _repr_html_(self) -> str:
        heads = ("model", "accuracy, 95 % interval", "n", "rank, 95 % of draws", "the best in", "group")
        models = _table(heads, [self._model(row) for row in self.models.to_dict("records")])
        heads = ("pair", "difference, 95 % interval", "n", "p, adjusted", "", "would have seen")
        pairs = _table(heads, [self._cells(row) for row in self.frame.to_dict("records")])
        together = "" if self.omnibus is None else f"<p>All together: {html.escape(str(self.omnibus))}.</p>"
        return (
            f'<div class="mathjax_ignore tex2jax_ignore"><p><b>{html.escape(self.words)}</b></p>{models}'
            f"{pairs}{together}<p>{html.escape(self.sees())} P values are adjusted by "
            f"{_CORRECTIONS[self.correction]}; intervals are each for itself.</p></div>"
        )

    def _pair(self, row: dict[Any, Any]) -> str:
        return (
            f"{row['model']} − {row['other']}: {self._difference(row)}, n={row['n']}, "
            f"p {_p(row['p_adjusted'])} ({row['method']})"
        )

    def _cells(self, row: dict[Any, Any]) -> list[str]:
        verdict = "apart" if row["apart"] else "not told apart"
        names = f"{row['model']} − {row['other']}"
        sees = "–" if math.isnan(row["sees"]) else f"±{self._amount(row['sees'])}"
        return [names, self._difference(row), str(row["n"]), _p(row["p_adjusted"]), verdict, sees]

    def _model(self, row: dict[Any, Any]) -> list[str]:
        low, high = (self._amount(row[each]) for each in ("low", "high"))
        sure = not math.isnan(row["best"])
        ranks = f"{row['rank']} [{row['rank_low']}, {row['rank_high']}]" if sure else f"{row['rank']} [–, –]"
        best = f"{row['best']:.0%}" if sure else "–"
        share = f"{self._amount(row['accuracy'])} [{low}, {high}]"
        return [row["model"], share, str(row["n"]), ranks, best, row["group"]]

    def _difference(self, row: dict[Any, Any]) -> str:
        value, low, high = (self._amount(row[each], "+") for each in ("difference", "low", "high"))
        return f"{value} [{low}, {high}]{' points' if self.scale == 100 else ''}"

    def _amount(self, value: float, sign: str = "") -> str:
        if math.isnan(value):
            return "–"
        return format(self.scale * value, f"{sign}.1f" if self.scale == 100 else f"{sign}.3g")


def comparison(
    frame: pd.DataFrame, *, alpha: float = 0.05, correction: Correction = "holm", seed: int = 0
) -> Comparison:
    """Compare all models of an experiment with each other, sample by sample.

    Each pair is compared on the samples that both have a score for. Single answers that are right or wrong
    get McNemar's mid-p test, others and means over epochs a paired t; samples in clusters a clustered one.
    P values are adjusted for the number of pairs.

    Args:
        frame: Rows of `results`; a `model` may be a model with a prompt.
        alpha: See `Comparison`.
        correction: `holm` for no false alarm at all, `bh` for few among many pairs.
        seed: Of the draws behind the ranks.

    Raises:
        ConfigError: Fewer than two models have a score, or the correction is not known.
    """
    if correction not in _CORRECTIONS:
        raise ConfigError(f"correction {correction!r} is not known: write one of {', '.join(_CORRECTIONS)}")
    table = item_table(frame)
    means = table.mean().dropna().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in means.index]
    if len(names) < 2:
        raise ConfigError(
            f"models with a score: {', '.join(names) or 'none'}; a comparison takes two or more"
        )
    clusters = clusters_of(frame).reindex(table.index)
    shared = bool(frame["value"].dropna().between(0, 1).all())
    pairs = _pairs(table, names, clusters, alpha, correction)
    pairs = pairs.assign(sees=pairs["sees"].where((pairs["sees"] <= 1) | (not shared)))
    apart = _apart(pairs)
    groups = indistinguishable(names, apart)
    complete = table[names].dropna()
    _, numbers = present(complete.iloc[:, 0], clusters.reindex(complete.index))
    scores = complete.to_numpy()
    shares = rank_shares(scores, numbers, rng=np.random.default_rng(seed))
    ranks = pd.DataFrame(shares, index=pd.Index(names, name="model"), columns=range(1, len(names) + 1))
    return Comparison(
        frame=pairs,
        models=_models(table, names, clusters, ranks, letters(names, groups)),
        ranks=ranks,
        groups=groups,
        omnibus=omnibus(scores, numbers) if len(names) > 2 else None,
        unscored=tuple(str(name) for name in table if name not in means.index),
        samples=_samples(pairs, table, clusters),
        alpha=alpha,
        correction=correction,
        scale=100.0 if shared else 1.0,
    )


def _pairs(
    table: pd.DataFrame, names: list[str], clusters: pd.Series[str], alpha: float, correction: Correction
) -> pd.DataFrame:
    both = list(combinations(names, 2))
    tests = [paired_difference(table[other], table[model], clusters) for model, other in both]
    adjusted = corrected([test.p for test in tests], correction)
    rows = []
    for (model, other), test, p in zip(both, tests, adjusted, strict=True):
        bounds = (test.difference.value, test.difference.low, test.difference.high)
        dropped = int((table[model].isna() != table[other].isna()).sum())
        sees = visible(test, alpha=alpha / len(both))
        rows.append((model, other, *bounds, test.p, p, p < alpha, test.n, dropped, test.method, sees))
    return pd.DataFrame(rows, columns=PAIRS)


def _models(
    table: pd.DataFrame,
    names: list[str],
    clusters: pd.Series[str],
    ranks: pd.DataFrame,
    group: dict[str, str],
) -> pd.DataFrame:
    rows = []
    for rank, name in enumerate(names, start=1):
        estimate = accuracy(table[name], clusters)
        shares = ranks.loc[name].to_numpy()
        low, high = rank_interval(shares) or (None, None)
        row = {"model": name, "accuracy": estimate.value, "low": estimate.low, "high": estimate.high}
        row |= {"n": estimate.n, "rank": rank, "rank_low": low, "rank_high": high}
        rows.append(row | {"best": float(shares[0]), "group": group[name]})
    return pd.DataFrame(rows)


def _apart(pairs: pd.DataFrame) -> set[tuple[str, str]]:
    """The pairs that were told apart, the better model first."""
    told = pairs[pairs["apart"]]
    rows = zip(told["model"], told["other"], told["difference"], strict=True)
    return {(model, other) if difference > 0 else (other, model) for model, other, difference in rows}


def _samples(pairs: pd.DataFrame, table: pd.DataFrame, clusters: pd.Series[str]) -> str:
    few, many = pairs["n"].min(), pairs["n"].max()
    words = f"{many} sample{'' if many == 1 else 's'}" if few == many else f"{few} to {many} samples"
    _, groups = present(table.max(axis=1), clusters)
    if groups is None:
        return words
    return f"{words} in {groups.max() + 1} clusters" if groups.max() else f"{words} in one cluster"


def _p(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
