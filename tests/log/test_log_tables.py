from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import orjson
import pandas as pd
import pytest
from uuid6 import uuid7

from workbench.errors import ConfigError
from workbench.log import Log, Recorder, Store
from workbench.log.moment import Since, moment

Line = Callable[..., bytes]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["journal", "file", "both"])
def log(request: pytest.FixtureRequest, home: Path, line: Line) -> Log:
    """Six calls of three models, in the journal, in the file, or some here and some there."""
    one = {"provider": "a", "model": "one", "started_at": NOON, "input_tokens": 100, "output_tokens": 10}
    rows = [
        line(
            **one, duration_s=1.0, ttft_s=0.1, cost_usd="0.1", tags={"team": "red"}, run="r1", text="oldest"
        ),
        line(**one, duration_s=3.0, ttft_s=0.3, cost_usd="0.2", tags={"team": "blue"}, run="r1"),
        # A cache hit repeats the numbers of the first answer; nobody paid or waited for them again.
        line(**one, duration_s=1.0, ttft_s=0.1, cost_usd="0.1", cached=True, tags={"team": "red"}),
        line(
            provider="a", model="one", started_at=NOON + timedelta(hours=1), status="error", duration_s=99.0
        ),
        line(
            provider="b",
            model="x/two",
            started_at=NOON + timedelta(days=1),
            input_tokens=7,
            duration_s=2.0,
            experiment="e",
        ),
        line(
            provider="b",
            model="x/two",
            started_at=NOON + timedelta(days=2),
            status="interrupted",
            text="newest",
        ),
    ]
    recorder = Recorder(home)
    for n, row in enumerate(rows):
        recorder.append("calls", row)
        if request.param == "both" and n == 2:
            recorder.close()
            Store(home).ingest()
    recorder.close()
    if request.param == "file":
        Store(home).ingest()
    return Log(home)


def test_usage_is_counted_by_provider_and_model(log: Log) -> None:
    frame = log.usage()
    one, two = frame.to_dict("records")
    assert list(frame["provider"] + "/" + frame["model"]) == ["a/one", "b/x/two"]
    assert (one["calls"], one["errors"], one["interrupted"], one["cached"]) == (4, 1, 0, 1)
    assert (one["input_tokens"], one["output_tokens"]) == (200, 20)
    assert one["cost_usd"] == pytest.approx(0.3)
    assert one["unknown_cost"] == 0
    # Percentiles of 1 s and 3 s, by linear interpolation; the error's 99 s and the cache's 1 s are left out.
    assert one["duration_p50_s"] == pytest.approx(2.0)
    assert one["duration_p95_s"] == pytest.approx(2.9)
    assert one["duration_p99_s"] == pytest.approx(2.98)
    assert one["ttft_p50_s"] == pytest.approx(0.2)
    assert one["ttft_p95_s"] == pytest.approx(0.29)
    assert (two["calls"], two["errors"], two["interrupted"], two["unknown_cost"]) == (2, 0, 1, 2)
    assert two["input_tokens"] == 7
    assert pd.isna(two["output_tokens"])
    assert pd.isna(two["cost_usd"])
    assert pd.isna(two["ttft_p50_s"])


def test_usage_sums_the_seconds_that_were_waited(home: Path, recorder: Recorder, line: Line) -> None:
    waited = {"duration_s": 2.0, "queued_s": 0.5, "waited_s": 0.25, "model": "m"}
    for fields in ({}, {"status": "error"}, {"cached": True}):
        recorder.append("calls", line(**waited | fields))
    recorder.flush()
    (row,) = Log(home).usage("model").to_dict("records")
    assert (row["duration_s"], row["queued_s"], row["waited_s"]) == (4.0, 1.0, 0.5)


def test_usage_counts_what_was_measured_under_load_and_takes_no_percentile_of_it(
    home: Path, recorder: Recorder, line: Line
) -> None:
    times = {"duration_s": 2.0, "ttft_s": None}
    # Late by a tenth, by more of the duration, by more of the time to the first token; and from the cache.
    for fields in (
        {**times, "lag_s": 0.2},
        {**times, "duration_s": 9.0, "lag_s": 0.91},
        {**times, "duration_s": 9.0, "ttft_s": 1.0, "lag_s": 0.11},
        {**times, "duration_s": None, "lag_s": None, "cached": True},
        {**times, "duration_s": 9.0, "lag_s": 5.0, "status": "error"},
    ):
        recorder.append("calls", line(model="m", **fields))
    recorder.flush()
    (row,) = Log(home).usage("model").to_dict("records")
    assert (row["under_load"], row["duration_p50_s"], row["duration_p99_s"]) == (2, 2.0, 2.0)
    assert pd.isna(row["ttft_p50_s"])


def test_usage_of_cached_calls_alone_is_nothing_not_unknown(log: Log) -> None:
    (row,) = log.usage(where="cached").to_dict("records")
    assert (row["calls"], row["cached"], row["input_tokens"], row["cost_usd"], row["unknown_cost"]) == (
        1,
        1,
        0,
        0,
        0,
    )
    assert pd.isna(row["duration_p50_s"])


def test_usage_by_day_and_hour_is_in_utc(log: Log) -> None:
    frame = log.usage("day")
    assert list(frame["day"]) == [pd.Timestamp(2026, 3, day, tz="UTC") for day in (1, 2, 3)]
    assert list(frame["calls"]) == [4, 1, 1]
    assert log.usage(["hour"])["hour"].iloc[1] == pd.Timestamp(2026, 3, 1, 13, tz="UTC")


def test_usage_by_tag_names_its_column_after_it(log: Log) -> None:
    frame = log.usage(by=["tag:team"], where="model = 'one'").set_index("tag:team")
    assert frame.loc["red", "calls"] == 2
    assert frame.loc["blue", "calls"] == 1
    assert frame["calls"].sum() == 4


def test_usage_without_groups_is_one_row(log: Log) -> None:
    assert log.usage(by=())["calls"].tolist() == [6]


def test_usage_of_a_time_includes_its_beginning_and_not_its_end(log: Log) -> None:
    frame = log.usage(by=(), since=NOON, until=NOON + timedelta(days=1))
    assert frame["calls"].tolist() == [4]


@pytest.mark.parametrize("by", ["colour", "tag:", "team"])
def test_usage_by_what_is_not_known_names_what_is(log: Log, by: str) -> None:
    with pytest.raises(
        ConfigError, match=rf"usage by '{by}' is not known: write one of provider, model, served_"
    ):
        log.usage(by=by)


def test_a_tag_may_have_any_name(log: Log) -> None:
    name = 'it\'s "odd"'
    assert log.usage(by=f"tag:{name}").columns[0] == f"tag:{name}"


def test_calls_are_newest_first(log: Log) -> None:
    frame = log.calls()
    assert (frame["text"].iloc[0], frame["text"].iloc[-1], len(frame)) == ("newest", "oldest", 6)
    assert frame["started_at"].iloc[0] == pd.Timestamp(NOON + timedelta(days=2))
    assert str(frame["started_at"].dtype) == "datetime64[us, UTC]"
    assert isinstance(frame["id"].iloc[0], UUID)
    assert frame["tags"].iloc[-1] == {"team": "red"}
    assert len(log.calls(limit=2)) == 2


def test_calls_are_found_by_model_run_experiment_and_time(log: Log) -> None:
    assert len(log.calls(model="one")) == 4
    assert len(log.calls(model="a/one")) == 4
    assert len(log.calls(model="b/x/two")) == len(log.calls(model="x/two")) == 2
    assert len(log.calls(run="r1")) == 2
    assert len(log.calls(experiment="e")) == 1
    assert len(log.calls(since=date(2026, 3, 2))) == 2
    assert len(log.calls(since="2026-03-01T13:00", where="status = 'error' OR status = 'interrupted'")) == 2


def test_runs_and_scores_are_tables_too(home: Path, recorder: Recorder, line: Line) -> None:
    call_id = uuid7()
    recorder.append("runs", line(id="r1", experiment="e", params={"temperature": 0}, simulated=True))
    recorder.append(
        "scores", line(scored_at=NOON, run="r1", call_id=call_id, scorer="exact", value=0.5, category="sums")
    )
    recorder.append("scores", line(scored_at=NOON + timedelta(hours=1), run="r2", scorer="exact"))
    recorder.flush()
    log = Log(home)
    assert log.runs(experiment="e")["params"].tolist() == ['{"temperature":0}']
    assert log.scores()["run"].tolist() == ["r2", "r1"]
    (score,) = log.scores(run="r1", scorer="exact").to_dict("records")
    assert (score["value"], score["category"], score["call_id"], score["scored_at"]) == (
        0.5,
        "sums",
        call_id,
        NOON,
    )
    assert log.scores(since=NOON + timedelta(minutes=1))["run"].tolist() == ["r2"]


def test_sql_takes_values_by_order_and_by_name(log: Log) -> None:
    assert log.sql("SELECT count(*) AS n FROM calls WHERE model = ?", ["one"])["n"].tolist() == [4]
    assert log.sql("SELECT count(*) AS n FROM calls WHERE model = $m", {"m": "one"})["n"].tolist() == [4]
    assert log.sql("SELECT DISTINCT tags['team'] AS team FROM calls ORDER BY team")["team"].tolist()[:2] == [
        "blue",
        "red",
    ]
    assert "calls" in log.sql("SHOW TABLES")["name"].tolist()


def test_wrong_sql_is_told_in_duckdbs_words_with_the_tables(log: Log) -> None:
    with pytest.raises(ConfigError, match=r"(?s)\"prize\" not found.*calls: id, started_at.*scores: id"):
        log.sql("SELECT prize FROM calls")
    with pytest.raises(ConfigError, match="syntax error"):
        log.calls(where="status =")


def test_the_log_cannot_be_changed_by_a_query(log: Log) -> None:
    before = len(log.calls())
    with pytest.raises(ConfigError):
        log.sql("DELETE FROM calls")
    with pytest.raises(ConfigError):
        log.sql("DELETE FROM log.calls")
    assert len(log.calls()) == before


def test_without_a_log_frames_are_empty(home: Path) -> None:
    log = Log(home)
    assert (
        len(log.usage()) == len(log.calls()) == len(log.runs()) == len(log.scores()) == len(log.labels()) == 0
    )
    assert list(log.calls().columns)[:2] == ["id", "started_at"]
    assert not home.exists()


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (timedelta(hours=1), NOON - timedelta(hours=1)),
        ("24h", NOON - timedelta(hours=24)),
        ("7d", NOON - timedelta(days=7)),
        ("30 m", NOON - timedelta(minutes=30)),
        ("2w", NOON - timedelta(weeks=2)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T03:00+03:00", datetime(2026, 2, 1, tzinfo=UTC)),
        (date(2026, 2, 1), datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime.fromisoformat("2026-02-01T05:00"), datetime(2026, 2, 1, 5, tzinfo=UTC)),
        (datetime(2026, 2, 1, 5, tzinfo=timezone(timedelta(hours=5))), datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_or_a_while_ago(since: Since, expected: datetime) -> None:
    assert moment(since, NOON) == expected


@pytest.mark.parametrize("since", ["yesterday", "", "7 years", "-3d", 7])
def test_what_is_no_moment_is_told(since: Since) -> None:
    with pytest.raises(ConfigError, match=f"no moment in {since!r}"):
        moment(since, NOON)


def test_the_newest_calls_come_with_whole_requests(home: Path, recorder: Recorder, line: Line) -> None:
    turns = [{"role": "user", "content": f"{turn} " + "word " * 200} for turn in range(6)]
    for turn in range(6):
        body = {"model": "one", "messages": turns[: turn + 1]}
        recorder.append("calls", line(started_at=NOON + timedelta(minutes=turn), request=body))
    recorder.close()
    Store(home).ingest()
    frame = Log(home).calls(limit=2)
    assert [len(orjson.loads(request)["messages"]) for request in frame["request"]] == [6, 5]
    assert len(Log(home).calls(where="request::VARCHAR LIKE '%5 word%'")) == 1
    assert len(Log(home).calls(where="request::VARCHAR LIKE '%5 word%'", limit=3)) == 1
    assert Log(home).usage(by=(), where="request IS NOT NULL")["calls"].tolist() == [6]


@pytest.mark.parametrize("method", ["calls", "errors", "runs", "scores", "labels"])
def test_every_table_is_bounded_in_time(log: Log, method: str) -> None:
    early, late = NOON - timedelta(days=3), NOON - timedelta(days=2)
    assert len(getattr(log, method)(since=early, until=late)) == 0
    assert len(getattr(log, method)(until="1d", where="1 = 1 -- all of them")) == len(getattr(log, method)())


def test_errors_are_what_failed_or_was_interrupted(home: Path, recorder: Recorder, line: Line) -> None:
    recorder.append("calls", line(started_at=NOON, provider="a", model="one"))
    failed = {
        "error_type": "RateLimitError",
        "error_status": 429,
        "error_message": "slow down",
        "attempts": 4,
    }
    recorder.append(
        "calls", line(started_at=NOON, provider="a", model="one", status="error", request_id="r-1", **failed)
    )
    recorder.append("calls", line(started_at=NOON + timedelta(hours=1), status="interrupted"))
    recorder.flush()
    log = Log(home)
    assert log.errors()["status"].tolist() == ["interrupted", "error"]
    (row,) = log.errors(where="error_status = 429").to_dict("records")
    assert list(row)[:4] == ["started_at", "status", "provider", "model"]
    assert failed.items() <= row.items()
    assert row["request_id"] == "r-1"
    assert log.errors(limit=1)["status"].tolist() == ["interrupted"]


def test_usage_counts_tokens_of_the_providers_cache(home: Path, recorder: Recorder, line: Line) -> None:
    recorder.append("calls", line(cache_read_tokens=7, cache_write_tokens=5, ttft_s=1.0))
    recorder.append("calls", line(cache_read_tokens=1, cache_write_tokens=2, ttft_s=3.0))
    recorder.append("calls", line(cache_read_tokens=9, cache_write_tokens=9, ttft_s=9.0, cached=True))
    recorder.flush()
    (row,) = Log(home).usage(by=()).to_dict("records")
    assert (row["cache_read_tokens"], row["cache_write_tokens"]) == (8, 7)
    assert (row["ttft_p50_s"], row["ttft_p99_s"]) == (pytest.approx(2.0), pytest.approx(2.98))


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("week", [pd.Timestamp(2026, 2, 23, tz="UTC"), pd.Timestamp(2026, 3, 2, tz="UTC")]),
        ("month", [pd.Timestamp(2026, 3, 1, tz="UTC")]),
    ],
)
def test_usage_by_week_and_month_names_their_first_day(log: Log, by: str, groups: list[pd.Timestamp]) -> None:
    # The first of March 2026 is a Sunday.
    assert log.usage(by)[by].tolist() == groups


@pytest.mark.parametrize("by", ["served_model", "protocol", "operation", "host"])
def test_usage_by_what_a_call_says_of_itself(home: Path, recorder: Recorder, line: Line, by: str) -> None:
    recorder.append("calls", line(**{by: "one"}))
    recorder.append("calls", line(**{by: "two"}))
    recorder.flush()
    assert Log(home).usage(by)[by].tolist() == ["one", "two"]


def test_an_interrupted_query_is_an_interrupt(log: Log) -> None:
    # DuckDB's own words when Ctrl-C is pressed while it works.
    with pytest.raises(KeyboardInterrupt), log.connect():
        raise RuntimeError("Query interrupted")
    with pytest.raises(RuntimeError, match="another"), log.connect():
        raise RuntimeError("another")
