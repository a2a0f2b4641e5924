"""A package with a provider and a protocol of its own, built, installed and asked by name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from project import ROOT, Project

SOURCE = Path(__file__).with_name("extension")
KEY = "squawk-canary-0123456789"
BROKEN = "[workbench.hosts]\nghost = nowhere_to_be_found:HOST\n"


class _Parrot(BaseHTTPRequestHandler):
    """Says again what it is told, in the words of its own protocol."""

    def do_GET(self) -> None:
        self._answer(json.dumps({"birds": ["polly", "coco"]}), "application/json")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["X-Parrot-Key"] != KEY or asked["bird"] != "polly":
            self._answer(json.dumps({"complaint": "no such bird"}), "application/json", 404)
            return
        words = asked["said"][-1]["words"][: asked.get("most", 99)]
        end = {"why": "done", "heard": 3, "spoken": 2}
        if asked["live"]:
            events = [*({"squawk": letter} for letter in words), end]
            sent = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
            self._answer(f"{sent}data: [silence]\n\n", "text/event-stream")
        else:
            self._answer(json.dumps({"squawk": words, **end}), "application/json")

    def _answer(self, text: str, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def parrot() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Parrot) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package is installed in."""
    folder = tmp_path_factory.mktemp("extension")
    source = shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = ["-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    done = subprocess.run(
        [sys.executable, *command, "--disable-pip-version-check", "--target", folder / "site", source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture
def project(tmp_path: Path, installed: Path, parrot: str) -> Project:
    (tmp_path / "lab" / ".git").mkdir(parents=True)
    return Project(
        folder=tmp_path / "lab",
        settings={
            "PYTHONPATH": f"{ROOT}:{installed}",
            "PARROT_BASE_URL": parrot,
            "PARROT_API_KEY": KEY,
        },
    )


def ran(project: Project, script: str) -> tuple[int, str, str]:
    running = project.start("-W", "error", "-c", script)
    out, err = running.communicate(timeout=60)
    return running.returncode, out, err


SCRIPT = """
import asyncio, workbench

async def main():
    client = workbench.Client(attempts=1)
    answer = await client.chat("parrot/polly", "Hello", max_tokens=4)
    streamed = await client.chat("parrot:polly", "Hello", stream=True)
    print(answer.text, streamed.text, streamed.finish_reason, answer.usage.output_tokens)
    print([(model.id, model.tools, model.context_tokens) for model in await client.models("parrot")])
    for ask in (client.chat("parrot/heron", "Hello"), client.chat("parrot/polly", "Hello", seed=1)):
        try:
            await ask
        except workbench.WorkbenchError as exc:
            print(type(exc).__name__, exc)
    try:
        await client.replay(answer.call_id)
    except workbench.ConfigError as exc:
        print(exc)

asyncio.run(main())
"""


def test_a_provider_with_its_own_protocol_is_asked_by_name(project: Project) -> None:
    code, out, err = ran(project, SCRIPT)
    assert code == 0, err
    answers, models, missing, refused, replayed = out.splitlines()
    assert answers == "Hell Hello stop 2"
    assert models == "[('polly', False, 40), ('coco', False, 40)]"
    assert missing.startswith("InvalidRequestError parrot/heron: 404: no such bird")
    assert refused.startswith("ConfigError ")
    assert "seed" in refused
    assert replayed.endswith("which a package provides, has no decode_request")
    assert "canary" not in out + err


def test_what_is_installed_is_listed(project: Project) -> None:
    said = project.workbench("extensions", "--json")
    assert said.code == 0, said.err
    entries = [
        (each["group"], each["name"], each["package"], each["version"]) for each in json.loads(said.out)
    ]
    own = [entry for entry in entries if entry[2] == "workbench-parrot"]
    assert own == [
        ("workbench.hosts", "parrot", "workbench-parrot", "1.0"),
        ("workbench.protocols", "parrot", "workbench-parrot", "1.0"),
        ("workbench.models", "parrot", "workbench-parrot", "1.0"),
    ]


def test_a_package_that_cannot_be_loaded_is_named_and_takes_nothing_else_away(
    project: Project, tmp_path: Path
) -> None:
    broken = tmp_path / "broken" / "workbench_ghost-0.1.dist-info"
    broken.mkdir(parents=True)
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: workbench-ghost\nVersion: 0.1\n")
    (broken / "entry_points.txt").write_text(BROKEN)
    project.settings["PYTHONPATH"] += f":{broken.parent}"
    said = project.workbench("extensions")
    assert said.code == 2
    assert "workbench-ghost" in said.out
    assert "ModuleNotFoundError: No module named 'nowhere_to_be_found'" in said.out
    script = SCRIPT.replace("import asyncio, workbench", "import asyncio, warnings, workbench") + (
        "\nfrom workbench.config import load_settings\nfrom workbench.providers import find_host\n"
        "with warnings.catch_warnings(record=True, action='always') as caught:\n"
        "    print(find_host('ghost', load_settings()), caught[0].message)\n"
    )
    code, out, err = ran(project, script)
    assert code == 0, err
    assert out.splitlines()[0] == "Hell Hello stop 2"
    assert "None workbench-ghost offers 'ghost' in workbench.hosts, which cannot be loaded" in out
