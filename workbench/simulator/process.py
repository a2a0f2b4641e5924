"""The simulator as a child process, for notebooks and tests: it ends with its parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType

from workbench.errors import ConfigError

_PACKAGE_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 30.0


class Simulator:
    """A running simulator; a context manager that ends it.

    Attributes:
        url: Where it listens, without a slash at the end: `http://127.0.0.1:49152`.
    """

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self._process = process

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def close(self) -> None:
        """End the simulator; does nothing where it has ended."""
        _end(self._process)

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "running" if self._process.poll() is None else "ended"
        return f"Simulator({self.url!r}, {state})"


def start(
    *,
    answers: Path,
    seed: int = 0,
    port: int = 0,
    api_key: str | None = None,
) -> Simulator:
    """Start a simulator on this machine and wait until it listens.

    Args:
        answers: The questions that its models know: a JSON Lines file with `input`, `target` and `category`,
            or a folder of such files.
        seed: Another seed gives other right and wrong answers.
        port: Port to listen at; 0 is any free one.
        api_key: Key that clients have to send; `None` takes the variable `WORKBENCH_SIM_KEY`, if set.

    Raises:
        ConfigError: It did not start; the message says why.
    """
    command = [sys.executable, "-m", "workbench.simulator", "--quiet", "--until-stdin-closes"]
    command += ["--answers", str(answers), "--seed", str(seed), "--port", str(port)]
    path = os.pathsep.join(filter(None, [str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH")]))
    # The key goes by the environment, for command lines are public.
    environment = {**os.environ, "PYTHONPATH": path} | ({"WORKBENCH_SIM_KEY": api_key} if api_key else {})
    # A file, not a pipe: nobody would empty it, and a full pipe stops its writer.
    with tempfile.TemporaryFile() as complaints:
        # An own session, so that Ctrl-C in the parent's terminal does not end the child before its time.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
            start_new_session=True,
        )
        deadline = threading.Timer(_PATIENCE_S, process.kill)
        deadline.start()
        assert process.stdout is not None  # noqa: S101 - asked for above
        line = process.stdout.readline()
        deadline.cancel()
        if line:
            return Simulator(json.loads(line)["url"], process)
        _end(process)
        complaints.seek(0)
        words = complaints.read().decode(errors="replace").strip()
    raise ConfigError(
        f"the simulator did not start: {words or f'nothing was heard of it in {_PATIENCE_S} s'}"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    # The child ends by itself when its standard input is closed, as it does when the parent is killed.
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
