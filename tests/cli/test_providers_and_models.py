from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import workbench
from workbench.errors import ConfigError
from workbench.providers import HOSTS
from workbench.simulator import Simulator

KEY = "gsk-canary-0123456789"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on a machine without a key and without a local server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    for host in HOSTS.values():
        for name in (host.key, *host.other_keys):
            if name:
                monkeypatch.delenv(name, raising=False)
        if host.local:
            address = f"{host.name.upper()}_BASE_URL"
            monkeypatch.delenv(address, raising=False)
    monkeypatch.delenv("SIM_BASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def simulating(alone: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One where a simulator runs and Groq, which has a key, cannot be reached."""
    monkeypatch.setenv("SIM_BASE_URL", simulator.url)
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    monkeypatch.setenv("GROQ_BASE_URL", "http://127.0.0.1:9")
    return alone


def ran(*words: str) -> Result:
    return CliRunner().invoke(workbench, list(words), catch_exceptions=False, standalone_mode=False)


def flat(result: Result) -> str:
    return " ".join(result.output.split())


def test_providers_are_those_that_are_set_up_and_those_that_answer(simulating: Path) -> None:
    result = ran("providers")
    rows = {cells[0]: cells for line in result.output.splitlines() if (cells := line.split())}
    assert rows["sim"][1:3] == ["ok", "4"]
    assert rows["groq"][1:3] == ["unreachable", "–"]
    assert "openai" not in rows
    assert "groq: nothing answers at http://127.0.0.1:9" in flat(result)
    assert "more are not set up, do not run here, or have closed" in flat(result)
    assert KEY not in result.output


def test_all_providers_have_the_setting_of_their_key(simulating: Path) -> None:
    rows = {
        cells[0]: cells for line in ran("providers", "--all").output.splitlines() if (cells := line.split())
    }
    assert rows["openai"][1:] == ["unconfigured", "–", "–", "openai", "OPENAI_API_KEY"]
    records = {
        record["provider"]: record for record in json.loads(ran("providers", "--all", "--json").output)
    }
    assert set(rows) >= set(records)
    assert records["openai"]["docs"].startswith("https://")
    assert records["groq"]["status"] == "unreachable"
    assert records["sim"]["latency_s"] > 0
    assert KEY not in json.dumps(records)


def test_without_any_provider_it_says_where_to_begin(alone: Path) -> None:
    assert "No provider is configured and no local server answers" in flat(ran("providers"))
    assert json.loads(ran("providers", "--json").output) == []
    assert "Nobody to ask: set a provider's key" in flat(ran("models"))
    assert json.loads(ran("models", "--json").output) == []


def test_models_have_prices_and_abilities(simulating: Path) -> None:
    result = ran("models")
    lines = [line for line in result.output.splitlines() if "sim/" in line]
    assert [line.split()[0] for line in lines] == ["sim/swift", "sim/steady", "sim/sage", "sim/local"]
    assert lines[0].split()[1:] == ["–", "0.1", "0.4", "–"]
    assert lines[3].split()[1:] == ["–", "0", "0", "–"]
    assert "4 models" in result.output
    assert "groq: list of models: nothing answers" in flat(result)
    assert result.return_value == 0


def test_models_are_searched_by_name(simulating: Path) -> None:
    assert "1 of 4 models" in ran("models", "sim", "--search", "SWI").output
    assert "None of 4 models has 'zebra' in its name." in ran("models", "sim", "--search", "zebra").output


def test_models_as_json_have_everything_that_is_known(simulating: Path) -> None:
    (record,) = json.loads(ran("models", "sim", "--search", "swift", "--json").output)
    assert (record["provider"], record["model"], record["listed"]) == ("sim", "swift", True)
    assert record["input_usd_per_mtok"] > 0


def test_a_provider_that_cannot_be_asked_for_its_models_is_an_error(alone: Path) -> None:
    with pytest.raises(ConfigError, match="no key for openai: set OPENAI_API_KEY"):
        ran("models", "openai")
    with pytest.raises(ConfigError, match="unknown provider 'opnai'"):
        ran("models", "opnai")


def checked(result: Result) -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in json.loads(result.output)}


def test_a_doctor_who_finds_nothing_wrong_ends_well(
    alone: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM_BASE_URL", simulator.url)
    result = ran("doctor", "--json")
    found = checked(result)
    looked_at = ("python", "packages", "settings", "home", "disk", "log", "sim")
    assert {name: finding["state"] for name, finding in found.items()} == dict.fromkeys(looked_at, "fine")
    assert found["log"]["said"].startswith("0 calls, read by DuckDB")
    assert found["sim"]["said"].startswith("4 models in 0.")
    assert result.return_value == 0
    assert not (alone / "home").exists()


def test_a_doctor_says_what_is_wrong_and_how_to_mend_it(simulating: Path) -> None:
    result = ran("doctor")
    assert "✗ groq: unreachable: nothing answers at http://127.0.0.1:9" in flat(result)
    assert "→ look at the network, at HTTPS_PROXY, and at GROQ_BASE_URL" in flat(result)
    assert "1 of these is wrong." in flat(result)
    assert result.return_value == 1
    assert KEY not in result.output


def test_a_doctor_without_a_provider_says_where_to_begin(alone: Path) -> None:
    result = ran("doctor")
    assert "! providers: none is configured, and no local server answers" in flat(result)
    assert result.return_value == 0


def test_a_setting_for_a_provider_that_is_none_is_a_finding(alone: Path) -> None:
    (alone / "pyproject.toml").touch()
    (alone / ".env").write_text("LLM_PROVIDER=grok_cloud\n")
    (alone / "workbench.toml").write_text("[limits.grooq]\nconcurrency = 1\n")
    result = ran("doctor", "--json")
    found = checked(result)
    assert found["LLM_PROVIDER"]["said"] == "there is no provider 'grok_cloud'"
    assert found["[limits.grooq]"]["remedy"] == "did you mean 'groq'?"
    assert result.return_value == 1


def test_settings_that_cannot_be_read_are_a_finding(alone: Path) -> None:
    (alone / "pyproject.toml").touch()
    (alone / ".env").write_text("OPENAI_API_KEY sk-canary-9876543210\n")
    result = ran("doctor", "--json")
    found = checked(result)
    assert found["settings"]["state"] == "wrong"
    assert ".env, line 1" in found["settings"]["said"]
    assert "canary" not in result.output
    assert result.return_value == 1


def test_a_home_that_cannot_be_used_is_a_finding(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone / "home").write_text("a file where the folder should be")
    found = checked(ran("doctor", "--json"))
    assert found["home"]["state"] == "wrong"
    assert "WORKBENCH_HOME" in found["home"]["remedy"]


def test_a_log_that_cannot_be_read_is_a_finding(alone: Path) -> None:
    (alone / "home").mkdir()
    (alone / "home" / "log.duckdb").write_bytes(b"no database at all" * 1000)
    found = checked(ran("doctor", "--json"))
    assert found["log"]["state"] == "wrong"
    assert "log.duckdb" in found["log"]["said"]


@pytest.mark.parametrize("command", ["providers", "models", "doctor"])
def test_the_help_of_a_look_around_has_an_example(command: str) -> None:
    assert f"Example: workbench {command}" in ran(command, "--help").output
