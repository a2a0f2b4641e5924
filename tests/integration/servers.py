"""Servers that are not ours, started for the tests of a session."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60


@dataclass(frozen=True, kw_only=True)
class LlamaServer:
    """A running llama-server with a tiny model of our own.

    Attributes:
        url: Where it listens.
        command: How another one is started with the same model, but for its port.
    """

    url: str
    command: tuple[str, ...]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    url: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[None]:
    """Start a server, wait until `url` answers, and end it afterwards; what it says goes to `log`."""
    with log.open("wb") as words:
        server = subprocess.Popen(command, stdout=words, stderr=words, env=environment, cwd=folder)
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not answers(url):
                assert server.poll() is None, f"it did not start:\n{log.read_text()[-4000:]}"
                assert time.monotonic() < deadline, f"{url} does not answer:\n{log.read_text()[-4000:]}"
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            server.wait(timeout=30)


def answers(url: str) -> bool:
    """Whether something answers there, with whatever below 500."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError as exc:
        exc.close()
        return exc.code < 500
    except OSError:
        return False
    return True
