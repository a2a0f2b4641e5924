"""Stores that many machines share, by real servers: PostgreSQL under a DuckLake, DuckDB over Quack."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from servers import PATIENCE_S, free_port

PASSWORD = "canary-of-the-shared-log"
POSTGRES = "WORKBENCH_TEST_POSTGRES"

_QUACK = """
import sys
import duckdb
from workbench.log.extensions import load

db = duckdb.connect(sys.argv[1])
load(db, "httpfs", "quack")
db.execute("CALL quack_serve(?, token = ?)", [f"quack:localhost:{sys.argv[2]}", sys.argv[3]])
print("ready", flush=True)
sys.stdin.read()
"""


class SharedServer(Protocol):
    """A server of a shared log.

    Attributes:
        setting: The value of WORKBENCH_LOG.
        down: A setting by which nothing is reached.
    """

    setting: str
    down: str

    def start(self) -> None: ...

    def stop(self) -> None: ...


def postgres_folder() -> Path | None:
    """The folder with `initdb` and `postgres`."""
    named = os.environ.get(POSTGRES)
    on_path = shutil.which("initdb")
    candidates: Iterable[Path] = [
        *([Path(named)] if named else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *([Path(on_path).parent] if on_path else []),
    ]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


class Postgres:
    """A PostgreSQL of our own, with a DuckLake in it; every `fresh()` is another, empty one."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        # PostgreSQL does not run as root, and the folders of pytest are root's alone then.
        self._user = "nobody" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="workbench-postgres-"))
        self.folder.chmod(0o755)
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        (self.folder / "password").write_text(PASSWORD)
        self._run(
            "initdb",
            "-D",
            self._data,
            "-U",
            "tester",
            "-A",
            "scram-sha-256",
            "-N",
            "--pwfile",
            self._password,
        )
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def _password(self) -> str:
        return str(self.folder / "password")

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._binaries / name), *arguments]
        environment = {**os.environ, "PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command, user=self._user, cwd="/", env=environment, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0 or name == "pg_isready", done.stderr
        return done

    def start(self) -> None:
        with (self.folder / "log").open("ab") as words:
            self._process = subprocess.Popen(
                [
                    *(str(self._binaries / "postgres"), "-D", self._data, "-p", str(self._port)),
                    *("-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
                ],
                user=self._user,
                cwd="/",
                stdout=words,
                stderr=words,
            )
        deadline = time.monotonic() + PATIENCE_S
        while self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self._port)).returncode:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> None:
        """Without waiting for its clients, or writing anything: as if it had crashed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def fresh(self, data: Path) -> Lake:
        name = f"log_{uuid4().hex}"
        at = ("-h", "127.0.0.1", "-p", str(self._port), "-U", "tester")
        self._run("createdb", *at, name)
        data.mkdir()
        return Lake(self, f"host=127.0.0.1 port={self._port} user=tester dbname={name}", data)


class Lake:
    """An empty DuckLake."""

    def __init__(self, postgres: Postgres, address: str, data: Path) -> None:
        self._postgres = postgres
        self.setting = f"ducklake:postgres:{address} password={PASSWORD};data={data}"
        self.down = f"ducklake:postgres:host=127.0.0.1 port={free_port()} password={PASSWORD};data={data}"

    def start(self) -> None:
        self._postgres.start()

    def stop(self) -> None:
        self._postgres.stop()


class QuackServer:
    """A DuckDB server on an empty file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.setting = f"quack:localhost:{self._port};token={PASSWORD}"
        self.down = f"quack:localhost:{free_port()};token={PASSWORD}"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _QUACK, str(self._folder / "served.duckdb"), str(self._port), PASSWORD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def stop(self) -> None:
        """As if it had crashed."""
        self._process.kill()
        self._process.communicate()
