"""Settings that are given to a client, and the models that they choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.client import Client
from workbench.errors import ConfigError
from workbench.simulator import Simulator


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("LLM_PROVIDER=openai\nSIM_BASE_URL=http://127.0.0.1:9\n")
    monkeypatch.chdir(tmp_path)


async def test_settings_of_a_client_count_more_than_those_of_the_project(
    simulator: Simulator, tmp_path: Path
) -> None:
    given = {"LLM_PROVIDER": "sim", "LLM_DEFAULT_MODEL": "swift", "SIM_BASE_URL": simulator.url}
    async with Client(settings=given) as client:
        assert client.home == tmp_path / ".workbench"
        for name in ("sim/swift", "swift", "sim", ""):
            answer = await client.chat(name, "Hello")
            assert (answer.provider, answer.model) == ("sim", "swift")


async def test_a_provider_of_the_file_is_asked_by_name(simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").write_text(
        f'[providers.lab]\nbase_url = "{simulator.url}"\naliases = ["laboratory"]\n'
        'prices = { "*" = [1, 2] }\n'
    )
    async with Client() as client:
        answer = await client.chat("lab/swift", "Hello")
        assert (answer.provider, answer.model) == ("lab", "swift")
        usage = answer.usage
        assert answer.cost_usd is not None
        assert float(answer.cost_usd) == pytest.approx(
            ((usage.input_tokens or 0) + 2 * (usage.output_tokens or 0)) / 1_000_000
        )
        assert (await client.chat("laboratory/swift", "Hello")).provider == "lab"
        assert "lab" in [found.provider for found in await client.reachable()]


async def test_what_is_wrong_with_the_file_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").write_text("[limits.sim]\nconcurrency = 0\n")
    with pytest.raises(ConfigError, match=r"workbench\.toml, line 2: concurrency has to be a whole number"):
        Client()
