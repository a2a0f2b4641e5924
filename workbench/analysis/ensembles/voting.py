"""Many answers to one sample, joined by a vote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.ensembles.ballots import Array, ballots

NEARLY = 1e-9  # weights that differ by less are equal
VOTES = ["sample", "answer", "value", "votes", "confidence", "diversity", "consistency"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Vote:
    """What was voted, on each sample.

    Attributes:
        value: The score of the answer that won. On a tie the mean of those that are tied, which is what
            drawing lots gives on average; where nobody voted, the mean of the answers that nobody could
            read; `nan` where there is no score.
        winner: The answer's code; -1 on a tie, and where nobody voted.
        share: The winner's share of the votes, by weight, in (0, 1]; `nan` where nobody voted.
    """

    value: Array
    winner: Array
    share: Array


def vote(codes: Array, values: Array, weights: Array | float = 1.0) -> Vote:
    """Let the first axis vote.

    Args:
        codes: The answer of each voter, shape (n_voters, ...); -1 for none.
        values: Its score, same shape; `nan` where there is none.
        weights: How much each vote counts, above 0; broadcast to the same shape.
    """
    chosen = codes[..., None] == np.arange(max(int(codes.max(initial=-1)) + 1, 1))
    tally = (np.broadcast_to(weights, codes.shape)[..., None] * chosen).sum(axis=0)
    best = tally.max(axis=-1)
    leading = (tally >= best[..., None] - NEARLY) & (best > 0)[..., None]
    # Equal answers have equal scores as a rule; a judge may see it otherwise.
    worth = mean_known(np.where(chosen, values[..., None], np.nan), axis=0)
    value = mean_known(np.where(leading, worth, np.nan), axis=-1)
    alone = leading.sum(axis=-1) == 1
    voted, total = best > 0, tally.sum(axis=-1)
    return Vote(
        value=np.where(voted, value, mean_known(values, axis=0)),
        winner=np.where(alone, leading.argmax(axis=-1), -1),
        share=np.divide(best, total, out=np.full(best.shape, np.nan), where=voted),
    )


def votes(frame: pd.DataFrame) -> pd.DataFrame:
    """How sure, how different and how steady the answers of `results` to each sample are.

    All models vote with the answers of all their epochs.

    Columns:
        sample, answer (that most gave; missing on a tie and where there is none), value (its score, as in
        `Vote`), votes (answers that could be read), confidence (share of votes for the answer that got most,
        in (0, 1]), diversity (share of unequal answers among pairs from two models, in [0, 1]), consistency
        (share of equal answers among pairs from one model, mean over the models, in [0, 1]). `nan` where
        there is no vote or no such pair.
    """
    known = ballots(frame)
    models, samples, epochs = known.codes.shape
    both = (arr.transpose(0, 2, 1).reshape(models * epochs, samples) for arr in (known.codes, known.values))
    found = vote(*both)
    diversity, consistency = _spread(known.codes)
    names = [
        _name(known.labels[:, place], known.codes[:, place], winner)
        for place, winner in enumerate(found.winner)
    ]
    return pd.DataFrame(
        {
            "sample": known.samples,
            "answer": pd.Series(names, dtype=object),
            "value": found.value,
            "votes": (known.codes >= 0).sum(axis=(0, 2)),
            "confidence": found.share,
            "diversity": diversity,
            "consistency": consistency,
        },
        columns=VOTES,
    )


def mean_known(values: Array, axis: int) -> Array:
    """The mean of what is not `nan`; `nan` where all is."""
    there = ~np.isnan(values)
    count = there.sum(axis=axis)
    total = np.where(there, values, 0.0).sum(axis=axis)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def _spread(codes: Array) -> tuple[Array, Array]:
    """Diversity and consistency of each sample; codes of shape (n_models, n_samples, n_epochs)."""
    kinds = np.arange(max(int(codes.max(initial=-1)) + 1, 1))
    given = (codes[..., None] == kinds).sum(axis=2).astype(float)  # models, samples, kinds
    counts, of_all = given.sum(axis=2), given.sum(axis=0)
    pairs = (counts.sum(axis=0) ** 2 - (counts**2).sum(axis=0)) / 2
    equal = ((of_all**2).sum(axis=1) - (given**2).sum(axis=(0, 2))) / 2
    own_pairs, own_equal = counts * (counts - 1) / 2, (given * (given - 1) / 2).sum(axis=2)
    steady = np.divide(own_equal, own_pairs, out=np.full(counts.shape, np.nan), where=own_pairs > 0)
    differing = np.divide(pairs - equal, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
    return differing, mean_known(steady, axis=0)


def _name(labels: Array, codes: Array, winner: int) -> str | None:
    """The label of the answer that won."""
    return None if winner < 0 else str(labels[codes == winner][0])
