"""What every row says about the process that wrote it."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import socket
from typing import TypedDict

from uuid6 import uuid7


class ProcessFacts(TypedDict):
    """Columns of the log: `session` is one UUIDv7 per process."""

    session: str
    host: str
    pid: int
    package_version: str


def process_facts() -> ProcessFacts:
    """The facts of this process; a forked child has its own."""
    return _facts(os.getpid())


@functools.lru_cache(maxsize=1)
def _facts(pid: int) -> ProcessFacts:
    try:
        version = importlib.metadata.version("llm-workbench")
    except importlib.metadata.PackageNotFoundError:
        version = "not installed"
    return ProcessFacts(session=str(uuid7()), host=socket.gethostname(), pid=pid, package_version=version)
