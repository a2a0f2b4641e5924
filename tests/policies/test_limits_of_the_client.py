"""Where a client's limits come from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.client import Client
from workbench.client.limits import joined
from workbench.config import Limits, Settings
from workbench.errors import ConfigError


def test_the_clients_numbers_come_before_those_of_the_configuration_one_by_one() -> None:
    limits = {"a": Limits(tokens_per_minute=9)}
    settings = {
        "a": Limits(concurrency=2, requests_per_minute=3, tokens_per_minute=4),
        "c": Limits(concurrency=5),
    }
    assert joined(limits, {"a": 1, "b": 7}, settings) == {
        "a": Limits(concurrency=1, requests_per_minute=3, tokens_per_minute=9),
        "b": Limits(concurrency=7),
        "c": Limits(concurrency=5),
    }


def test_evaluations_take_as_many_workers_as_calls_may_be_under_way(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, values={}, limits={"groq": Limits(concurrency=2)})
    client = Client(home=tmp_path, settings=settings, concurrency=6, limits={"openai": Limits(concurrency=9)})
    assert [client.concurrency_of(name) for name in ("groq", "openai", "mistral")] == [2, 9, 6]


def test_a_limit_of_the_configuration_that_allows_nothing_is_refused(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, values={})
    wrong = replace(settings, limits={"groq": Limits(requests_per_minute=0)})
    with pytest.raises(ConfigError, match="limits of 'groq': requests_per_minute is 0"):
        Client(home=tmp_path, settings=wrong)
