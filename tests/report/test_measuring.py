"""What is asked for a report, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import DataError
from workbench.evals.dataset import load_dataset
from workbench.report import measure


async def test_nothing_is_asked_where_the_log_cannot_keep_it(tmp_path: Path, simulated: Settings) -> None:
    (tmp_path / "home").write_text("a file stands where the folder should be")
    dataset = load_dataset([{"id": "1", "input": "Question?", "target": "answer"}], name="one")
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        with pytest.raises(DataError, match=r"home' cannot be written .*see that it is a folder"):
            await measure(client, ["sim/swift"], [dataset])
