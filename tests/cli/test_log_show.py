from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from workbench.cli import workbench
from workbench.errors import ConfigError
from workbench.log import Recorder

ID = "019a0000-1111-7000-8000-aaaaaaaaaaaa"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def shown(home: Path, *words: str, **fields: Any) -> str:
    """What the command says of a call with these columns."""
    recorder = Recorder(home)
    row = {"id": ID, "started_at": "2026-03-01T12:00:00Z", "status": "ok", "provider": "here", "model": "one"}
    recorder.append("calls", orjson.dumps(row | fields))
    recorder.close()
    result = CliRunner().invoke(workbench, ["log", "show", ID[-8:], *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_person_reads_the_conversation_the_answer_and_the_figures(home: Path) -> None:
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"url": "x" * 5000}]},
        {"role": "assistant", "content": None, "tool_calls": [{"name": "look"}]},
    ]
    said = shown(
        home,
        request={"model": "one", "messages": messages, "temperature": 0},
        response={"choices": []},
        text="A picture.",
        ended_at="2026-03-01T12:00:03Z",
        input_tokens=1234,
        output_tokens=5,
        reasoning_tokens=3,
        duration_s=1.5,
        ttft_s=0.25,
        waited_s=1.0,
        cost_usd="0.0012",
        attempts=2,
        attempt_errors=[
            {"duration_s": 0.5, "status": 429, "error": "RateLimitError", "message": "slow down"}
        ],
        tags={"team": "red"},
    )
    for words in (
        "ok  here/one\n",
        "2026-03-01 12:00:00 to 12:00:03 UTC",
        "1.50 s, first token after 0.250 s, waited 1.00 s between attempts",
        "1,234 in, 5 out, 3 reasoning",
        "$0.0012",
        "team=red",
        "system\nBe short.\n",
        "user\nWhat is this?\n",
        "(5,000 characters)",
        '"name": "look"',
        '"temperature": 0',
        "answer\nA picture.\n",
        "attempts that failed\n0.500 s  429  RateLimitError: slow down\n",
    ):
        assert words in said
    assert "choices" not in said


def test_a_failed_call_shows_its_error_and_what_was_received(home: Path) -> None:
    said = shown(
        home,
        status="error",
        error_type="RateLimitError",
        error_status=429,
        error_message="slow down",
        response={"error": {"code": "rate"}},
        request="no JSON",
    )
    assert "error\nRateLimitError (429): slow down\n" in said
    assert '"code": "rate"' in said
    assert 'request\n"no JSON"\n' in said


def test_what_a_model_writes_does_nothing_to_the_terminal(home: Path) -> None:
    hostile = "\x1b]0;title\x07\x1b[2J[bold]text[/]"
    said = shown(
        home, text=hostile, model=hostile, request={"messages": [{"role": hostile, "content": hostile}]}
    )
    assert "\x1b" not in said
    assert said.count(r"\x1b]0;title\x07\x1b[2J[bold]text[/]") == 4


def test_as_json_it_is_the_row(home: Path) -> None:
    row = json.loads(
        shown(home, "--format", "json", request={"messages": []}, cost_usd="0.25", tags={"team": "red"})
    )
    assert (row["id"], row["started_at"], row["cost_usd"]) == (ID, "2026-03-01T12:00:00Z", 0.25)
    assert (row["request"], row["tags"], row["response"]) == ({"messages": []}, {"team": "red"}, None)


def test_a_cached_call_names_the_call_that_was_answered(home: Path) -> None:
    assert f"the answer of {ID[:-1]}b" in shown(home, cached=True, source_id=f"{ID[:-1]}b", text="yes")


def test_a_call_whose_texts_are_gone_says_so(home: Path) -> None:
    assert "request and answer\npruned from the log" in shown(home, attempts=1, duration_s=1.0)


def test_a_call_that_is_not_there_is_told(home: Path) -> None:
    with pytest.raises(ConfigError, match="no call in the log has the id 'ffffff'"):
        CliRunner().invoke(workbench, ["log", "show", "ffffff"], catch_exceptions=False)


def test_the_path_of_the_log_is_printed_for_scripts(home: Path) -> None:
    assert CliRunner().invoke(workbench, ["log", "path"]).output == f"{home}\n"


@pytest.mark.parametrize("name", ["show", "tail", "path"])
def test_each_of_the_commands_has_an_example(name: str) -> None:
    said = CliRunner().invoke(workbench, ["log", name, "--help"]).output
    assert "Example: " in said
    assert f"workbench log {name}" in said


def test_calls_of_tools_vectors_and_what_was_left_out_are_shown(home: Path) -> None:
    function = {"name": "look", "arguments": '{"at": "sea"}'}
    message = {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [{"id": "c", "function": function}],
    }
    said = shown(
        home,
        protocol="openai",
        operation="chat",
        request={"model": "one", "messages": [], "tools": [{"function": {"name": "look"}}]},
        response={"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]},
        text="Let me see.",
        dropped=["temperature", "seed"],
    )
    assert 'calls\nlook({"at": "sea"})\n' in said
    assert "answer\nLet me see.\n" in said
    assert "left out   temperature, seed: refused by the model\n" in said
    assert '"tools"' in said
    assert "response" not in said


def test_vectors_are_shown_by_their_number(home: Path) -> None:
    body = {"data": [{"index": 0, "embedding": [0.5] * 64}, {"index": 1, "embedding": [0.25] * 64}]}
    said = shown(home, protocol="openai_embeddings", operation="embed", response=body, text="")
    assert "vectors\n2 of 64 dimensions\n" in said
    assert "0.25" not in said


def test_an_answer_of_an_unknown_protocol_is_shown_as_it_is(home: Path) -> None:
    assert '"odd": 1' in shown(home, protocol="of-a-package", response={"odd": 1}, text=None)
