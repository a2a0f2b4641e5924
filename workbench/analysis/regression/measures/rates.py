"""How often calls fail, and how often models refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analysis.estimates import accuracy
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measures.paired import difference
from workbench.analysis.regression.measures.pairing import Pairs, clusters, pairs
from workbench.analysis.regression.metrics import METRICS
from workbench.analysis.statistics import PairedTest, paired_difference

REFUSED = "content_filter"


def error_rate(old: pd.DataFrame, new: pd.DataFrame) -> Difference:
    """The change of the share of calls that failed or were interrupted.

    Calls do not fail independently: one short outage of a provider hits all that are asked meanwhile. So this
    is tested twice, by samples and by stretches of consecutive calls (a fiftieth of the run each, however
    many samples they hold), and the less sure of the two counts. An outage of a tenth of the run is five
    stretches and no alarm; failures all over the run are one. Two runs are two moments: that a provider had a
    bad hour is no fault of the model, and no test can tell the two apart.

    Args:
        old: Rows of one model as `results` gives them, in the order of asking.
        new: Likewise, of the same model later.

    Returns:
        A difference of shares, in [-1, 1]. `possible` is false where no sample differs, as where no call
        failed.
    """
    calls = pairs(old, new, _failed)
    by_sample = _by_sample(calls)
    # Samples count alike, however often each was asked.
    weights = len(calls.samples) / (len(calls.names) * np.bincount(calls.samples)[calls.samples])
    stretched = paired_difference(calls.old * weights, calls.new * weights, calls.stretches)
    change = replace(stretched.difference, n=by_sample.n)
    by_stretch = replace(stretched, difference=change, n=by_sample.n, dropped=by_sample.dropped)
    return _rate("error_rate", calls, max((by_sample, by_stretch), key=lambda test: test.p), old, new)


def refusal_rate(old: pd.DataFrame, new: pd.DataFrame) -> Difference:
    """The change of the share of answers that are refusals: `finish_reason` is `content_filter`.

    Calls that failed are left out. A model that declines in plain words ends like any other answer: that is
    for a scorer to find. Samples are taken for independent.

    Args:
        old: Rows of one model as `results` gives them.
        new: Likewise, of the same model later.

    Returns:
        As with `error_rate`.
    """
    answers = pairs(old, new, _refused)
    return _rate("refusal_rate", answers, _by_sample(answers), old, new)


def _by_sample(calls: Pairs) -> PairedTest:
    test = paired_difference(calls.by_sample(calls.old), calls.by_sample(calls.new))
    return replace(test, dropped=calls.dropped)


def _rate(metric: str, calls: Pairs, test: PairedTest, old: pd.DataFrame, new: pd.DataFrame) -> Difference:
    groups = clusters(old, new).reindex(calls.names)
    then, now = (accuracy(calls.by_sample(values), groups) for values in (calls.old, calls.new))
    return difference(test, then, now, METRICS[metric].goal)


def _failed(rows: pd.DataFrame) -> pd.Series[float]:
    return (rows["status"] != "ok").astype(float)


def _refused(rows: pd.DataFrame) -> pd.Series[float]:
    return rows["finish_reason"].isin({REFUSED}).astype(float).where(rows["status"] == "ok")
