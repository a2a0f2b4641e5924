"""Asking one model after the other, the cheapest first, only as long as the answer is not sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.analysis.ensembles.ballots import Array, Ballots
from workbench.analysis.ensembles.voting import mean_known, vote


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a way to answer gave, shape (n_samples, n_epochs), or (n_samples, 1) where it takes all epochs.

    Attributes:
        values: Scores; `nan` where there is none.
        costs: Of the calls that it takes, US dollars; `nan` where one is not known.
        calls: How many that are.
        seconds: How long they take; `nan` where that is not known of one, 0 where all failed.
    """

    values: Array
    costs: Array
    calls: Array
    seconds: Array


def until_two_agree(known: Ballots) -> Outcome:
    """Ask until two models give the same answer; if no two do, the last one that gave a score counts."""
    last = len(known.models) - 1
    stop, values = np.full(known.codes.shape[1:], last), _last(known.values)
    for place in range(last, 0, -1):
        code = known.codes[place]
        seconded = ((known.codes[:place] == code) & (code >= 0)).any(axis=0)
        stop, values = np.where(seconded, place, stop), np.where(seconded, known.values[place], values)
    return _stopped(values, stop, known.costs, known.seconds)


def until_one_is_steady(known: Ballots) -> Outcome:
    """Ask a model in all epochs, and the next one unless all its answers are the same; the last one votes."""
    steady = (known.codes == known.codes[:, :, :1]).all(axis=2) & (known.codes[:, :, 0] >= 0)
    steady[-1] = True
    stop = steady.argmax(axis=0)[:, None]
    by_model = vote(known.codes.transpose(2, 0, 1), known.values.transpose(2, 0, 1)).value
    values = np.take_along_axis(by_model, stop.T, axis=0).T
    # its epochs can be asked side by side
    slowest = known.seconds.max(axis=2, keepdims=True)
    found = _stopped(values, stop, known.costs.sum(axis=2, keepdims=True), slowest)
    return Outcome(
        values=found.values, costs=found.costs, calls=found.calls * known.epochs, seconds=found.seconds
    )


def side_by_side(values: Array, known: Ballots) -> Outcome:
    """All models asked at once, whatever is made of their answers: the slowest is waited for."""
    return Outcome(
        values=values,
        costs=known.costs.sum(axis=0),
        calls=np.full(values.shape, float(len(known.models))),
        seconds=known.seconds.max(axis=0),
    )


def cheapest_first(known: Ballots) -> Array:
    """The places of the models by the mean cost of an answer, those of unknown cost last."""
    paid = np.where(known.answered, known.costs, np.nan).reshape(len(known.models), -1)
    unknown = (known.answered & np.isnan(known.costs)).any(axis=(1, 2))
    return np.argsort(np.where(unknown, np.inf, mean_known(paid, axis=1)), kind="stable")


def _last(values: Array) -> Array:
    """The value of the last model that has one."""
    behind = np.argmax(~np.isnan(values[::-1]), axis=0)
    return np.asarray(np.take_along_axis(values[::-1], behind[None], axis=0)[0])


def _stopped(values: Array, stop: Array, costs: Array, seconds: Array) -> Outcome:
    """What it takes to ask all models up to `stop`, one after the other."""
    return Outcome(
        values=values,
        costs=np.take_along_axis(np.cumsum(costs, axis=0), stop[None], axis=0)[0],
        calls=stop + 1.0,
        seconds=np.take_along_axis(np.cumsum(seconds, axis=0), stop[None], axis=0)[0],
    )
