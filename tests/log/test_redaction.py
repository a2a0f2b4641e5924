from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from workbench.calls import Secret
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.log import Log, Recorder
from workbench.log.redaction import Redaction, patterns_of

MAIL = r"[\w.]+@[\w.]+\w"
KEY = "sk-canary-0123456789"
Line = Callable[..., bytes]


def redacted(redaction: Redaction, row: dict[str, Any], table: str = "calls") -> Any:
    return orjson.loads(redaction(table, orjson.dumps(row)))


def test_what_a_pattern_finds_is_taken_out_of_all_that_was_written() -> None:
    row = redacted(
        Redaction([MAIL]),
        {
            "text": "Write to ann@example.org.",
            "request": {"messages": [{"role": "user", "content": [{"text": "I am ann@example.org"}]}]},
            "response": {"choices": [{"message": {"content": "Hello ann@example.org"}}], "usage": {"n": 3}},
            "error_message": "no account ann@example.org",
            "attempt_errors": [{"status": 400, "error": "X", "message": "ann@example.org?"}],
            "params": {"temperature": 0, "extra": {"user": "ann@example.org"}},
            "tags": {"who": "ann@example.org"},
        },
    )
    assert row == {
        "text": "Write to [redacted].",
        "request": {"messages": [{"role": "user", "content": [{"text": "I am [redacted]"}]}]},
        "response": {"choices": [{"message": {"content": "Hello [redacted]"}}], "usage": {"n": 3}},
        "error_message": "no account [redacted]",
        "attempt_errors": [{"status": 400, "error": "X", "message": "[redacted]?"}],
        "params": {"temperature": 0, "extra": {"user": "[redacted]"}},
        "tags": {"who": "[redacted]"},
        "redacted": True,
    }


def test_runs_and_scores_are_redacted_too() -> None:
    redaction = Redaction([MAIL])
    assert redacted(redaction, {"explanation": "it says a@b.org", "value": 1}, "scores") == {
        "explanation": "it says [redacted]",
        "value": 1,
    }
    assert redacted(redaction, {"params": {"system": "You are a@b.org"}}, "runs") == {
        "params": {"system": "You are [redacted]"}
    }


def test_names_by_which_rows_are_found_and_numbers_are_left_alone() -> None:
    row = {
        "id": "01931111-2222-7333-8444-555566667777",
        "started_at": "2026-11-21T08:05:00.000000Z",
        "experiment": "20261121-0805-k3fw",
        "run": "20261121-0805-k3fw:openai/gpt-20261121",
        "model": "gpt-20261121",
        "sample": "12345678",
        "cost_usd": "0.000012345",
        "input_tokens": 12345678,
        "session": "01931111-2222-7333-8444-555566667777",
    }
    line = orjson.dumps(row)
    assert Redaction([r"\d{4,}"])("calls", line) == line


def test_a_row_without_a_find_is_not_changed_by_a_byte(line: Line) -> None:
    body = b'{"zero": 0.10, "deep": [1E2, 12345678901234567890123]}'
    row = orjson.dumps({"id": "x", "response": orjson.Fragment(body)})
    assert Redaction([MAIL])("calls", row) == row


def test_a_find_written_with_escapes_is_found() -> None:
    line = rb'{"response":{"content":"M\u00fcller said \"hi\"\n"}}'
    row = orjson.loads(Redaction([r'Müller said "hi"$'])("calls", line))
    assert row["response"] == {"content": "[redacted]\n"}


def test_what_a_stream_says_in_pieces_is_found() -> None:
    pieces = ["Write to an", "n@exam", "ple.org", ", please, or b@c.org."]
    events = [{"id": "answer-1", "choices": [{"delta": {"content": piece}}]} for piece in pieces]
    row = redacted(Redaction([MAIL]), {"response": events, "text": "".join(pieces)})
    said = [event["choices"][0]["delta"]["content"] for event in row["response"]]
    assert said == ["Write to [redacted]", "", "", ", please, or [redacted]."]
    assert row["text"] == "".join(said)
    assert row["redacted"] is True


def test_ids_that_all_events_of_a_stream_repeat_are_not_read_as_one_text() -> None:
    events = [{"id": "1234", "delta": piece} for piece in ("a", "b", "c", "d")]
    assert redacted(Redaction([r"\d{16}"]), {"response": events}) == {"response": events}
    shown = redacted(Redaction([r"\d{4}"]), {"response": events})["response"]
    assert {event["id"] for event in shown} == {"[redacted]"}


def test_several_patterns_and_overlapping_finds_leave_nothing_of_any() -> None:
    row = redacted(Redaction(["secret plan", r"plan \w+"]), {"text": "the secret plan B and plan C"})
    assert row["text"] == "the [redacted] B and [redacted]"


def test_a_pattern_that_also_finds_nothing_takes_out_what_it_finds() -> None:
    assert redacted(Redaction(["x*"]), {"text": "axxb"})["text"] == "a[redacted]b"


def test_a_key_is_taken_out_of_every_column_and_is_no_pattern() -> None:
    redaction = Redaction()
    redaction.hide(Secret(KEY))
    assert redacted(redaction, {"sample": KEY, "tags": {KEY: f"a {KEY}"}}) == {
        "sample": "***",
        "tags": {"***": "a ***"},
    }


def test_a_key_that_a_model_repeats_in_pieces_is_taken_out() -> None:
    redaction = Redaction()
    redaction.hide(Secret(KEY))
    redaction.hide(Secret("none"))
    events = [{"delta": piece} for piece in ("It is none: ", KEY[:9], KEY[9:], "!")]
    row = redacted(redaction, {"request": f"My key is {KEY}", "response": events})
    assert [event["delta"] for event in row["response"]] == ["It is none: ", "***", "", "!"]


def test_a_body_too_deep_to_be_written_again_is_left_out() -> None:
    deep = b"[" * 300 + b'"ann@example.org"' + b"]" * 300
    line = orjson.dumps({"response": orjson.Fragment(deep), "text": "yes"})
    row = orjson.loads(Redaction([MAIL])("calls", line))
    assert row == {"response": "[redacted]", "text": "yes", "redacted": True}


def test_a_wrong_pattern_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'\(open' is no regular expression"):
        Redaction(["fine", "(open"])


def test_patterns_stand_one_a_line_in_a_setting() -> None:
    assert patterns_of(" a|b \n\n c ") == ("a|b", "c")
    assert patterns_of(None) == ()


def test_no_row_gets_past_the_redaction_of_its_recorder(recorder: Recorder, home: Path, line: Line) -> None:
    recorder.redaction.add([MAIL])
    recorder.append("calls", line(text="ann@example.org", sample="1")).result()
    recorder.append("scores", line(label="ann@example.org", sample="1")).result()
    recorder.append("runs", orjson.dumps({"id": "r", "params": {"stop": "ann@example.org"}})).result()
    recorder.append("labels", line(note="ann@example.org", question="ann@example.org?", sample="1")).result()
    everything = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert everything.count(b"[redacted]") == 5
    assert b"ann@" not in everything
    assert Log(home).sql("SELECT redacted FROM calls")["redacted"].tolist() == [True]


async def test_patterns_come_from_the_setting_and_from_the_client(
    tmp_path: Path, simulated: Settings
) -> None:
    settings = Settings(
        project=tmp_path, values={**simulated.values, "WORKBENCH_REDACT": "Fran(ce|kreich)\ncapital"}
    )
    async with Client(home=tmp_path / "home", settings=settings, redact=["Havana"]) as client:
        answer = await client.chat("sim/steady", "What is the capital of France?", stream=True)
        other = Client(home=tmp_path / "home", settings=simulated)
        await other.chat("sim/steady", "And of Frankreich?")
    assert answer.text == "Havana"  # whoever asks gets the whole answer
    rows = client.log.sql("SELECT * FROM calls ORDER BY id")
    assert "Havana" not in rows.to_csv()
    assert "France" not in rows.to_csv()
    assert "What is the [redacted] of [redacted]?" in rows["request"][0]
    assert "And of [redacted]?" in rows["request"][1]
    assert rows["redacted"].tolist() == [True, True]


def test_a_client_with_a_wrong_pattern_is_not_made(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, values={"WORKBENCH_REDACT": "a\n*"})
    with pytest.raises(ConfigError, match=r"'\*' is no regular expression"):
        Client(home=tmp_path / "home", settings=settings)
