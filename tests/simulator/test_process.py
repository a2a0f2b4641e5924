"""The simulator as a process: it starts, it says where it is, and it ends with its parent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ConfigError
from workbench.simulator import Simulator, start

ROOT = Path(__file__).parents[2]


def said(url: str, prompt: str, **fields: Any) -> str:
    body = {"model": "swift", "messages": [{"role": "user", "content": prompt}], **fields}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        text: str = json.load(answer)["choices"][0]["message"]["content"]
        return text


def listens(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def wait_until_it_is_gone(url: str) -> None:
    deadline = time.monotonic() + 10
    while listens(url):
        assert time.monotonic() < deadline, f"{url} still listens"
        time.sleep(0.02)


def test_two_processes_say_the_same_and_another_seed_something_else(
    simulator: Simulator, questions_path: Path
) -> None:
    questions = [json.loads(line)["input"] for line in questions_path.read_text().splitlines()]
    prompts = [*questions[:8], "Hello", "Tell me more", "{}"]
    ours = [said(simulator.url, prompt) for prompt in prompts]
    with start(answers=questions_path) as twin, start(answers=questions_path, seed=5) as other:
        assert [said(twin.url, prompt) for prompt in prompts] == ours
        assert [said(other.url, prompt) for prompt in prompts] != ours


def test_it_is_gone_when_closed_and_closing_twice_does_nothing(questions_path: Path) -> None:
    simulator = start(answers=questions_path)
    assert listens(simulator.url)
    assert "running" in repr(simulator)
    simulator.close()
    assert not listens(simulator.url)
    assert "ended" in repr(simulator)
    simulator.close()


def test_it_ends_at_once_though_an_answer_hangs(questions_path: Path) -> None:
    with start(answers=questions_path) as simulator:
        fault = json.dumps({"fault": "stall", "chunks": 1}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{simulator.url}/faults", fault)):
            pass
        body = {"model": "swift", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
        request = urllib.request.Request(f"{simulator.url}/v1/chat/completions", json.dumps(body).encode())
        with urllib.request.urlopen(request) as answer:
            answer.read1()
            asked = time.monotonic()
            simulator.close()
            assert time.monotonic() - asked < 4
    # -9 would mean that it had to be killed.
    assert simulator._process.returncode == 0


def test_it_ends_when_its_parent_is_killed(questions_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from workbench.simulator import start\n"
        "print(start(answers=Path(sys.argv[1])).url, flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, str(questions_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().decode().strip()
        assert listens(url)
        parent.kill()
    wait_until_it_is_gone(url)


def test_it_serves_in_the_foreground_until_ctrl_c(questions_path: Path) -> None:
    command = [sys.executable, "-m", "workbench.simulator", "--answers", str(questions_path)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        said(url, "Hello")
        process.send_signal(signal.SIGINT)
        rest, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert rest == b""
    assert b"POST /v1/chat/completions" in log
    assert b"Traceback" not in log


def test_quiet_writes_nothing_but_the_url(questions_path: Path) -> None:
    command = [sys.executable, "-m", "workbench.simulator", "--quiet", "--until-stdin-closes"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        said(json.loads(process.stdout.readline())["url"], "Hello")
        rest = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, (b"", b""))


def test_the_key_may_come_from_the_environment_and_is_not_on_the_command_line(questions_path: Path) -> None:
    with start(answers=questions_path, api_key="sk-only-in-the-environment") as simulator:
        assert b"sk-only" not in Path(f"/proc/{simulator.pid}/cmdline").read_bytes()
        with pytest.raises(urllib.error.HTTPError, match="401") as refused:
            said(simulator.url, "Hello")
        refused.value.close()


def test_a_file_of_questions_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.jsonl"):
        start(answers=tmp_path / "nowhere.jsonl")


def test_a_port_that_is_taken_is_named(questions_path: Path, simulator: Simulator) -> None:
    port = int(simulator.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=str(port)):
        start(answers=questions_path, port=port)


def test_starting_costs_little_cpu(questions_path: Path) -> None:
    before = os.times()
    start(answers=questions_path).close()
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 0.7
