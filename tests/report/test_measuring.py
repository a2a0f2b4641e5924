"""What is asked for a report, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import DataError
from workbench.evals.dataset import load_dataset
from workbench.report import measure

DATASET = load_dataset([{"id": "1", "input": "Question?", "target": "answer"}], name="one")


async def test_nothing_is_asked_where_the_log_cannot_keep_it(tmp_path: Path, simulated: Settings) -> None:
    (tmp_path / "home").write_text("a file stands where the folder should be")
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        with pytest.raises(DataError, match=r"home' cannot be written .*see that it is a folder"):
            await measure(client, ["sim/swift"], [DATASET])


async def test_a_budget_that_allows_no_call_is_named(tmp_path: Path, simulated: Settings) -> None:
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        with pytest.raises(DataError, match=r"nothing was asked of 'one': .*the budget of \$0"):
            await measure(client, ["sim/swift"], [DATASET], budget_usd=0)
