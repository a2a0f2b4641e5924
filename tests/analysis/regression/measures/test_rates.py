"""How often calls fail, and how often models refuse."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from two_runs import answered, rows

from workbench.analysis.regression.measures import error_rate, refusal_rate

SHARED = 0.05 / 120  # what is left of 5 % to a measure that is not quality


def failing(failed: npt.NDArray[np.bool_]) -> pd.DataFrame:
    return rows(np.where(failed, np.nan, 1.0))


def refusing(refused: npt.NDArray[np.bool_]) -> pd.DataFrame:
    return answered(*refused.shape, finish_reason=np.where(refused, "content_filter", "stop"))


def test_no_error_on_either_side_is_no_test() -> None:
    for measure in (error_rate, refusal_rate):
        found = measure(answered(20, 2), answered(20, 2))
        assert not found.possible
        assert (found.change.value, found.p_worse, found.p_better) == (0, 0.5, 0.5)
        assert found.change.low < 0 < found.change.high


def test_more_failed_calls_are_worse() -> None:
    now = answered(30)
    now.loc[[1, 4, 7, 10, 13], "status"] = "error"
    now.loc[[16, 19, 22], "status"] = "interrupted"
    found = error_rate(answered(30), now)
    # eight of eight that differ: 2^-9
    assert (found.method, found.n, found.dropped) == ("McNemar mid-p", 30, 0)
    assert found.p_worse == pytest.approx(2**-9)
    assert found.candidate.value == found.change.value == pytest.approx(8 / 30)
    assert error_rate(now, answered(30)).p_better == pytest.approx(2**-9)


def test_a_short_outage_is_no_alarm_but_failures_all_over_the_run_are() -> None:
    outage, scattered = np.zeros((200, 4), dtype=bool), np.zeros((200, 4), dtype=bool)
    outage[40:140, 1] = True  # an eighth of the run
    scattered[::8] = True  # as many, spread
    ours, theirs = (error_rate(answered(200, 4), failing(failed)) for failed in (outage, scattered))
    assert ours.change.value == pytest.approx(1 / 8) == theirs.change.value
    assert ours.p_worse > SHARED > theirs.p_worse


def test_that_all_calls_fail_is_beyond_doubt() -> None:
    found = error_rate(answered(80, 2), failing(np.ones((80, 2), dtype=bool)))
    assert found.p_worse < 1e-9
    assert found.change.value == 1


def test_of_a_sample_that_was_asked_more_often_as_many_answers_count_as_the_other_has() -> None:
    # asked four times now, once then: the three more say nothing of how often calls failed then
    now = np.zeros((40, 4), dtype=bool)
    now[:, 1:] = True
    found = error_rate(answered(40), failing(now))
    assert not found.possible
    assert (found.candidate.value, found.n) == (0, 40)


def test_refusals_are_a_share_of_the_answers() -> None:
    now = answered(20)
    now.loc[:9, "finish_reason"] = "content_filter"
    now.loc[8:9, ["status", "finish_reason"]] = ["error", None]
    found = refusal_rate(answered(20), now)
    assert (found.n, found.dropped) == (18, 2)
    assert found.candidate.value == pytest.approx(8 / 18)
    assert found.p_worse == pytest.approx(2**-9)


def test_samples_that_only_one_of_the_two_has_are_left_out() -> None:
    found = error_rate(answered(10), failing(np.ones((12, 1), dtype=bool)).iloc[4:])
    assert (found.n, found.dropped) == (6, 6)


def test_nothing_to_compare_decides_nothing() -> None:
    for measure in (error_rate, refusal_rate):
        found = measure(answered(3), answered(3).iloc[:0])
        assert (found.n, found.dropped, found.possible) == (0, 3, False)
        assert np.isnan([found.p_worse, found.p_better, found.change.value]).all()


@pytest.mark.parametrize("epochs", [1, 4])
def test_rates_that_did_not_change_are_seldom_called_worse(epochs: int) -> None:
    rng = np.random.default_rng(epochs)
    p_values = []
    for _ in range(120):
        hard = rng.beta(0.5, 4.5, (60, 1))
        then, now = (failing(rng.random((60, epochs)) < hard) for _ in range(2))
        p_values.append(error_rate(then, now).p_worse)
    # 5 % of 120 is 6, with an error of 2.4
    assert np.mean(np.array(p_values) < 0.05) <= 0.11
    assert np.mean(np.array(p_values) < 0.001) <= 0.01
