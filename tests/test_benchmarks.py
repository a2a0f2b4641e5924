"""The benchmarks run, in a tiny size: what is not run rots."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ALWAYS = {"httpx", "httpx over aiohttp", "aiohttp", "workbench"}


def _run(folder: Path, name: str, *options: str) -> tuple[str, Any]:
    path = folder / "figures.json"
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "run.py"),
        name,
        "--rounds",
        "1",
        "--json",
        str(path),
    ]
    ended = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, json.loads(path.read_text("utf-8"))[name]


def test_calls_are_measured_beside_their_peers_alone_and_at_once(tmp_path: Path) -> None:
    printed, figures = _run(tmp_path, "calls", "--calls", "20")
    assert set(figures["clients"]) >= ALWAYS
    for name, (load,) in figures["clients"].items():
        assert f"| {name} " in printed
        alone, at_once = load["levels"]
        assert 0 < alone["cpu_s"] < 1
        assert 0 < at_once["cpu_s"] < 1
    # The server cannot have been the bottleneck where it took less than a millisecond of CPU.
    assert max(figures["server_us"]) < 1000


def test_the_latency_of_the_log_is_set_beside_the_true_one(tmp_path: Path) -> None:
    printed, figures = _run(tmp_path, "latency", "--calls", "20")
    assert "the truth: the server held a call for" in printed
    assert min(figures["server_held_p50_ms"]) > 19.5
    (load,) = figures["clients"]["workbench"]
    for level in load["levels"]:
        # Nobody has an answer before the server gave it, and no call is over before its attempt.
        assert 0.0195 < level["noted_p50_s"] <= level["asked_p50_s"]
        # How many are under load is the machine's affair; of the others there is a median, or there are none.
        assert 0 <= level["under_load"] <= 1
        assert (level["under_load"] == 1) is (level["believed_p50_s"] is None)
    (load,) = figures["clients"]["aiohttp"]
    assert load["levels"][0]["noted_p50_s"] is load["levels"][0]["under_load"] is None


def test_writing_and_reading_is_measured_beside_the_peers(tmp_path: Path) -> None:
    printed, figures = _run(tmp_path, "encode", "--calls", "200")
    assert set(figures["coders"]) >= {"workbench", "workbench, functions alone", "openai"}
    for name, (measured,) in figures["coders"].items():
        assert f"| {name} " in printed
        # A thousand chunks are more to read than one answer is.
        assert 0 < measured["request_s"] < measured["stream_s"] < 1
    (alone,) = figures["coders"]["workbench, functions alone"]
    assert alone["request_s"] < 0.005


def test_logs_are_measured_beside_each_other_and_lose_no_row(tmp_path: Path) -> None:
    # The measured process itself compares the rows that are there with the calls that were made.
    printed, figures = _run(tmp_path, "log", "--seconds", "0.1")
    assert set(figures["loggers"]) == {
        *("nothing", "workbench", "workbench, journal only"),
        *("JSONL", "SQLite, WAL", "DuckDB INSERT"),
    }
    for name, (load,) in figures["loggers"].items():
        assert f"| {name} " in printed
        assert load["fast"]["calls_per_s"] > 0
        assert load["fast"]["cpu_s"] > 0
        assert 0 <= load["paced"]["lag_p99_s"] <= load["paced"]["lag_max_s"]
        assert 0 < load["paced"]["added_p50_s"] <= load["paced"]["added_p99_s"]


def test_the_usage_of_the_log_is_that_of_sqlite(tmp_path: Path) -> None:
    _, figures = _run(tmp_path, "usage", "--rows", "2000")
    (ours,), (theirs,) = figures["ways"].values()
    for figure in ("groups", "calls"):
        assert ours[figure] == theirs[figure] > 0
    for figure in ("cost_usd", "p95_s"):
        assert ours[figure] == pytest.approx(theirs[figure])
    assert ours["calls"] == 2000


def test_the_bytes_of_the_log_are_set_beside_those_of_the_same_rows_elsewhere(tmp_path: Path) -> None:
    _, figures = _run(tmp_path, "storage", "--rows", "20000")
    single, conversations = figures["bytes_per_call"].values()
    # A row has the request, the answer, and the answer's text once more.
    assert 9_000 < single["JSON lines"] < 12_000
    assert 9_000 < single["SQLite"] < 12_000
    assert conversations["workbench"] < conversations["JSON lines"]


def test_an_import_is_measured_in_a_process_of_its_own_and_a_missing_peer_is_said(tmp_path: Path) -> None:
    printed, figures = _run(tmp_path, "imports")
    (front_door,), (client,) = figures["import workbench"], figures["import workbench; workbench.Client"]
    assert 0 < front_door["modules"] < client["modules"]
    assert 0 < front_door["cpu_s"] < client["cpu_s"]
    for peer in ("httpx", "aiohttp", "openai", "anthropic", "litellm"):
        measured = f"import {peer}" in figures
        assert measured is not (f"- {peer} is not installed and was not measured" in printed)


def test_evaluating_is_measured_beside_the_peers_that_are_there(tmp_path: Path) -> None:
    # The measured process itself sees to it that every answer is right, and its parent counts the calls.
    printed, figures = _run(tmp_path, "evaluate", "--calls", "60")
    assert set(figures["60"]) == {name for name, version in figures["versions"].items() if version}
    for peer, package in {"Inspect AI": "inspect-ai", "promptfoo": "promptfoo"}.items():
        assert (figures["versions"][peer] is None) is (f"{package} is not installed" in printed)
    for part in ("starting", "60", "600"):
        (each,) = figures[part]["workbench"]
        assert each["cpu_s"] > 0
        assert each["peak_bytes"] > 50e6  # pandas and DuckDB are in it
        assert each["log_bytes"] > 0


def test_gates_are_set_beside_each_other_where_nothing_changed_and_where_it_did(tmp_path: Path) -> None:
    # The measurement itself sees to it that promptfoo says what its rule says, where it is installed.
    printed, figures = _run(tmp_path, "gates", "--runs", "1")
    assert len(figures["red"]) == 15
    assert ("promptfoo is not installed" in printed) is (figures["promptfoo"] is None)
    assert figures["asked"] == (15 if figures["promptfoo"] else 0)
    for gates in figures["red"].values():
        assert gates["workbench"]["of"] == 1
        assert all(0 <= gate["red"] <= gate["of"] == 5 for name, gate in gates.items() if name != "workbench")
    worst, unchanged = (figures["red"][f"{change}, 200 × 4"] for change in ("10 points worse", "nothing"))
    assert worst["workbench"]["red"] == 1
    assert worst["mean fell by > 2 points"]["red"] == 5
    assert unchanged["any test flips"]["red"] == 5
