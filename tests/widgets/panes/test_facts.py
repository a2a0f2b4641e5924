from __future__ import annotations

from decimal import Decimal

import pytest

from workbench.widgets.panes.comparison import PaneState
from workbench.widgets.panes.facts import FACTS, facts, summary
from workbench.widgets.panes.words import money


def test_before_a_run_every_fact_is_a_dash() -> None:
    assert facts(PaneState(model="a/b")) == ("–",) * len(FACTS)


def test_estimates_carry_a_tilde_and_reported_numbers_do_not() -> None:
    numbers = {"elapsed_s": 1.26, "ttft_s": 0.313, "output_tokens": 40, "tokens_per_s": 44.6}
    live = PaneState(model="a/b", state="streaming", **numbers)
    assert facts(live) == ("1.3 s", "0.31 s", "~45 tok/s", "~40", "–")
    done = PaneState(
        model="a/b", state="done", input_tokens=12, estimated=False, cost_usd=Decimal("0.5"), **numbers
    )
    assert facts(done) == ("1.26 s", "0.31 s", "45 tok/s", "12 → 40", "$0.5000")


@pytest.mark.parametrize("state", ["done", "stopped"])
def test_a_cost_that_nobody_knows_is_not_a_cost_of_nothing(state: str) -> None:
    assert facts(PaneState(model="a/b", state=state))[-1] == "unknown"  # type: ignore[arg-type]
    assert facts(PaneState(model="a/b", state=state, cost_usd=Decimal(0)))[-1] == "free"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (None, "cost unknown"),
        (Decimal(0), "free"),
        (Decimal("0.0000004"), "< $0.000001"),
        (Decimal("0.00123"), "$0.001230"),
        (Decimal("0.01"), "$0.0100"),
        (Decimal("12.3"), "$12.3000"),
    ],
)
def test_money_is_written_to_where_it_matters(cost: Decimal | None, text: str) -> None:
    assert money(cost) == text


def test_the_summary_counts_states_and_adds_what_is_known() -> None:
    done = PaneState(model="a", state="done", elapsed_s=2.0, cost_usd=Decimal("0.02"))
    assert summary([done, PaneState(model="b", state="queued")]) == "1 running, 1 done"
    failed = PaneState(model="c", state="failed", elapsed_s=3.0)
    assert summary([done, failed]) == "1 done, 1 failed · 3.00 s · at least $0.0200"
    assert summary([done, done]) == "2 done · 2.00 s · $0.0400"
    assert summary([failed]) == "1 failed · 3.00 s · cost unknown"
    assert summary([]) == summary([PaneState(model="a")]) == ""
