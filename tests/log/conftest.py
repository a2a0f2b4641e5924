"""What the tests of the log share: a home, a recorder, calls, rows, and programs that run beside the test."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from uuid6 import uuid7

from workbench.calls import Call, Endpoint, Message, Request
from workbench.log import Recorder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A log's folder that does not exist yet; gone afterwards, so that nobody ingests it at the end."""
    yield tmp_path / "home"
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


@pytest.fixture
def strangers_folder() -> Iterator[Path]:
    """A folder that another user can reach, which those of `tmp_path` are not: root may write everywhere."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def recorder(home: Path) -> Iterator[Recorder]:
    recorder = Recorder(home)
    yield recorder
    recorder.close()


@pytest.fixture
def call() -> Callable[..., Call]:
    """Makes a call, not sent yet."""

    def made(**fields: Any) -> Call:
        stream = fields.pop("stream", False)
        return Call(
            id=uuid7(),
            started_at=datetime.now(UTC),
            endpoint=Endpoint(provider="here", protocol="openai", base_url="http://localhost"),
            request=Request(
                model="small", messages=(Message(role="user", content="Say hello."),), stream=stream
            ),
            **fields,
        )

    return made


@pytest.fixture
def line() -> Callable[..., bytes]:
    """Makes a row as a line of JSON."""

    def made(**fields: Any) -> bytes:
        row = {"id": str(uuid7()), "started_at": datetime.now(UTC), "status": "ok", "cached": False} | fields
        return orjson.dumps(row, default=str)

    return made


@pytest.fixture
def program() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a Python program in a process of its own, its arguments in `sys.argv`."""
    started: list[subprocess.Popen[str]] = []

    def run(source: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
