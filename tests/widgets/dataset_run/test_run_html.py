"""What a monitor says in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import OverloadedError
from workbench.evals.progress import Ended
from workbench.widgets.dataset_run import run_html
from workbench.widgets.dataset_run.monitor import Monitor


def monitor(*ends: dict[str, Any], calls: int = 4) -> Monitor:
    made = Monitor(["a/b"], calls, clock=lambda: 0.0)
    made.start()
    for sample, facts in enumerate(ends):
        made.take(Ended(model="a/b", sample=str(sample), epoch=0, **facts))
    return made


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0.2, "0:00"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")],
)
def test_a_time_is_as_a_clock_shows_it(seconds: float | None, words: str) -> None:
    assert run_html.duration(seconds) == words


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ([], ">–<"),
        ([Decimal(0)], ">free<"),
        ([None], ">unknown<"),
        ([Decimal("0.25"), None], ">$0.2500, 1 call unknown<"),
        ([Decimal("0.25"), Decimal("0.5")], ">$0.7500<"),
    ],
    ids=str,
)
def test_a_cost_that_is_not_known_is_no_cost_of_nothing(costs: list[Decimal | None], words: str) -> None:
    now = monitor(*({"cost_usd": cost} for cost in costs)).now()
    assert words in run_html.headline(now)
    assert words in run_html.models(now.models)


def test_an_error_that_a_provider_wrote_is_text_and_cut() -> None:
    error = OverloadedError("<script>alert(1)</script>" + "x" * 5000)
    page = run_html.page("<i>mine</i>", monitor({"outcome": "error", "error": error}).now())
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page
    assert "x" * 601 not in page


def test_dollars_are_no_mathematics() -> None:
    error = OverloadedError("$\\href{javascript:alert(1)}{x}$")
    now = monitor({"outcome": "error", "error": error}, {"cost_usd": Decimal(1)}).now()
    for part in (run_html.title("$a$"), run_html.headline(now), run_html.troubles(now.troubles)):
        assert 'class="mathjax_ignore tex2jax_ignore"' in part.partition("$")[0]


def test_the_words_of_the_state_stay_the_same_while_it_runs() -> None:
    running = monitor()
    before = run_html.status(running.now())
    running.take(Ended(model="a/b", sample="1", epoch=0))
    assert run_html.status(running.now()) == before  # it is read out: not for every call
    running.stop()
    assert "Resume asks only the rest" in run_html.status(running.now())


def test_nothing_to_ask_is_an_empty_page() -> None:
    nothing = Monitor((), 0).now()
    assert run_html.headline(nothing) == run_html.models(nothing.models) == ""
