from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from uuid6 import uuid7

from workbench.cli import workbench
from workbench.log import Recorder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's log: a call of each of two models, and one without tokens."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    recorder = Recorder(tmp_path / "home")
    used = {"input_tokens": 1_000_000, "output_tokens": 100_000, "cost_usd": "7", "duration_s": 2.0}
    for model, figures in (("one", used), ("two", used), ("two", {})):
        row = {"id": str(uuid7()), "started_at": "2026-03-01T12:00:00Z", "status": "ok", "cached": False}
        recorder.append("calls", orjson.dumps(row | {"provider": "vllm", "model": model} | figures))
    recorder.close()
    return tmp_path / "home"


def usage(*words: str) -> Result:
    return CliRunner().invoke(workbench, ["usage", *words])


def test_the_table_has_what_it_was_what_it_would_be_and_what_that_rests_on(home: Path) -> None:
    result = usage("--reprice", "openai/gpt-4o")
    assert result.exit_code == 0
    # 1,000,000 × 2.50 + 100,000 × 10 = 3.50 USD in millionths; ±40 %: 2.50 – 5.83, twice in all
    for words in ("$7.00 + 1 unknown", "$3.50", "$2.50 – $5.83", "0.50", "$14.00 + 1 unknown", "$11.67"):
        assert words in result.output
    assert "without tokens" in result.output
    assert "Estimated on openai/gpt-4o:\n- vllm/one: about as many tokens" in result.output
    assert "estimated s" not in result.output  # nobody knows how fast it is


def test_the_other_formats_have_every_figure(home: Path) -> None:
    result = usage("--reprice", "sim/swift", "--by", "model", "--format", "json")
    one, two = json.loads(result.output)
    # 1,000,000 × 0.10 + 100,000 × 0.40 = 0.14 USD
    assert one["est_cost_usd"] == pytest.approx(0.14)
    assert (two["uncounted"], two["calls"]) == (1, 2)
    assert one["basis"].startswith("vllm/one: about as many tokens")


def test_a_model_that_nobody_knows_ends_with_the_nearest_names(home: Path) -> None:
    result = usage("--reprice", "openai/gpt-4oo")
    assert "the nearest with a price there are 'gpt-4o'" in str(result.exception)
