"""`workbench config`: what is in force, from where, and no secret of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli import workbench

KEY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    monkeypatch.setenv("LLM_PROVIDER", "groq")
    monkeypatch.setenv("SOMETHING_ELSE", "canary")
    (tmp_path / ".env").write_text(
        f"LLM_PROVIDER=openai\nOPENAI_BASE_URL=https://ann:{KEY}@proxy.example/v1\n"
        f"WORKBENCH_LOG=quack:host:9494;token={KEY}\nOPENAI_COMPATIBLE_CUSTOM_HEADERS=X-Key: {KEY}\n"
    )
    (tmp_path / "workbench.toml").write_text(
        '[settings]\nLLM_DEFAULT_MODEL = "gpt-5"\n'
        '[providers.lab]\nbase_url = "https://lab.example/v1"\nkey = "LAB_KEY"\n'
        "[limits.groq]\nconcurrency = 3\n"
    )


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(workbench, ["config", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_every_setting_is_shown_with_its_source_and_no_secret() -> None:
    lines = [" ".join(line.split()) for line in shown().splitlines()]
    assert "GROQ_API_KEY *** environment" in lines
    assert "LLM_PROVIDER openai .env" in lines
    assert "LLM_DEFAULT_MODEL gpt-5 workbench.toml" in lines
    assert "OPENAI_BASE_URL https://***@proxy.example/v1 .env" in lines
    assert "LAB_BASE_URL https://lab.example/v1 workbench.toml" in lines
    assert "WORKBENCH_LOG_SYNC quarter-second default" in lines
    assert "[providers.lab] in workbench.toml: base_url, key" in lines
    assert "[limits.groq] in workbench.toml: concurrency 3" in lines
    assert "canary" not in shown()
    assert "SOMETHING_ELSE" not in shown()


def test_as_json_it_is_the_same() -> None:
    told = json.loads(shown("--json"))
    assert {"name": "LLM_PROVIDER", "value": "openai", "from": ".env"} in told["settings"]
    assert {"name": "GROQ_API_KEY", "value": "***", "from": "environment"} in told["settings"]
    assert told["limits"]["groq"]["concurrency"] == 3
    assert told["providers"] == {"lab": ["base_url", "key"]}
    assert "canary" not in json.dumps(told)
