"""A key, a password and a word of the user's go through all that the workbench writes: none arrives."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import traceback
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import nbformat
import orjson
import pytest
from aiohttp import web
from served import sent_event, serving
from uuid6 import uuid7

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import CallError
from workbench.log.schema import TABLES

BIRD = "canary"  # what is looked for; all of them have it
KEY = f'sk-{BIRD}/0123"456789+abc=='
PASSWORD = f"pw-{BIRD}-987654"
BASIC = b64encode(f"ann:{PASSWORD}".encode()).decode()
WORD = f"{BIRD}-4711-ann"
PATTERN = r"[a-z]+-\d{4}-[a-z]+"
TOLD = f"My key is {KEY}, call me {WORD} or Ännchen {WORD}."


async def server(request: web.Request) -> web.StreamResponse:
    """Repeats what it is told: whole, in pieces of three letters, in an error, or for ever."""
    body = await request.json()
    words = f"You said: {TOLD}"
    if body["model"] == "refuses":
        who = request.headers["Authorization"]
        shown = KEY if KEY in who else f"{PASSWORD} in http://ann:{PASSWORD}@{request.host}"
        return web.json_response({"error": {"message": f"{WORD} is not welcome: {who}, {shown}"}}, status=400)
    if not body.get("stream"):
        message = {"role": "assistant", "content": words, "tool_calls": None}
        return web.json_response(
            {"id": "1", "model": "m", "choices": [{"message": message, "finish_reason": "stop"}]}
        )
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    for start in range(0, len(words), 3):
        await answer.write(sent_event(words[start : start + 3]))
    if body["model"] == "never ends":
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(sent_event(""))
                await asyncio.sleep(0.01)
        return answer
    await answer.write(sent_event("", "stop") + b"data: [DONE]\n\n")
    return answer


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are, for this process and those that it starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """All that any library logs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def nothing_in(text: str) -> bool:
    """Neither at a stretch, nor in pieces, one an event, nor as a header has it."""
    said = "".join(re.findall(r'"content": ?\\?"([^"\\]*)', text.replace('\\"', '"')))
    return BIRD not in text and BIRD not in said and BASIC not in text


def assert_no_file_shows_it(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert nothing_in(path.read_bytes().decode("utf-8", "replace")), path


def assert_no_value_shows_it(query: str, *attached: Path) -> None:
    """What is compressed in a file is read."""
    with duckdb.connect() as db:
        for path in attached:
            db.execute(f"ATTACH '{path}' AS file (READ_ONLY)")
        rows = db.execute(f"SELECT columns(*)::VARCHAR FROM {query}").fetchall()
    assert rows
    for row in rows:
        for value in row:
            assert nothing_in(value or ""), value


def client_of(folder: Path, url: str) -> Client:
    values = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url, "WORKBENCH_REDACT": PATTERN}
    return Client(home=folder / "home", settings=Settings(project=folder, values=values), attempts=2)


async def call_in_every_way(client: Client, url: str) -> list[BaseException]:
    """Answered, streamed, refused and interrupted calls, a score and a run; gives the errors."""
    tags = {"who": WORD, "key": KEY}
    scored = await client.bind(run="r").chat("openai/whole", TOLD, tags=tags, extra={"user": WORD})
    streamed = await client.chat("openai/pieces", TOLD, stream=True, system=TOLD)
    assert streamed.text == f"You said: {TOLD}"
    secret_url = url.replace("http://", f"http://ann:{PASSWORD}@")
    await client.chat("m", f"{TOLD} {secret_url}", base_url=secret_url)
    errors: list[BaseException] = []
    for where in (None, secret_url, secret_url.replace("127.0.0.1", "127.0.0.2")):
        with pytest.raises(CallError) as caught:
            await client.chat("openai/refuses" if where is None else "refuses", TOLD, base_url=where)
        errors.append(caught.value)
    begun = asyncio.Event()
    asking = asyncio.ensure_future(
        client.chat(
            "openai/never ends", TOLD, on_chunk=lambda chunk: begun.set() if "." in chunk.text else None
        )
    )
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    score = {
        "id": str(uuid7()),
        "scored_at": datetime.now(UTC),
        "call_id": str(scored.call_id),
        "explanation": TOLD,
        "target": WORD,
        "label": KEY,
    }
    await asyncio.wrap_future(client.recorder.append("scores", orjson.dumps(score)))
    label = {
        "id": str(uuid7()),
        "kind": "label",
        "calls": [str(scored.call_id)],
        "question": TOLD,
        "label": WORD,
        "note": KEY,
    }
    await client.recorder.write("labels", orjson.dumps(label))
    report = {"id": str(uuid7()), "experiments": ["e"], "notebook": TOLD, "baseline": KEY}
    report |= {"parameters": {"prompt": TOLD, "options": [KEY]}}
    await client.recorder.write("reports", orjson.dumps(report))
    await client.recorder.write(
        "baselines", orjson.dumps({"id": str(uuid7()), "experiment": "e", "note": TOLD})
    )
    run = {"id": "r", "experiment": "e", "started_at": datetime.now(UTC), "params": {"system": TOLD}}
    await asyncio.wrap_future(client.recorder.append("runs", orjson.dumps(run)))
    return errors


async def test_no_file_of_the_log_nor_of_its_exports_shows_it(
    tmp_path: Path, temporary: Path, printed: io.StringIO
) -> None:
    async with serving(server) as url, client_of(tmp_path, url) as client:
        errors = await call_in_every_way(client, url)
        to_show = f"{client!r} {client.settings!r} {client.recorder!r} {client.recorder.redaction!r}"
    client.recorder.flush()
    home, store = client.home, client.log.store

    # the open journal, and the copies of it that readers make
    assert list((home / "journal").glob("*.open"))
    assert_no_file_shows_it(home)
    with store.connect():
        assert_no_file_shows_it(temporary)
    # the sealed journal
    client.recorder.close()
    assert list((home / "journal").glob("*.jsonl"))
    assert_no_file_shows_it(home)
    # the file, as it is on the disk and what is compressed in it; beside it are the files of the locks
    store.ingest()
    assert {path.name for path in home.iterdir()} >= {"log.duckdb", "ingest.lock", "log.lock"}
    assert_no_file_shows_it(home)
    for table in (*TABLES, "ingested", "meta"):
        assert_no_value_shows_it(f"file.{table}", home / "log.duckdb")
    # exports
    out = tmp_path / "exports"
    out.mkdir()
    for suffix in ("parquet", "csv", "jsonl", "duckdb"):
        assert client.log.export(out / f"calls.{suffix}") == 7
    assert_no_file_shows_it(out)
    for name in ("parquet", "csv", "jsonl"):
        assert_no_value_shows_it(f"'{out / f'calls.{name}'}'")
    for table in TABLES:
        assert_no_value_shows_it(f"file.{table}", out / "calls.duckdb")
    # frames, what libraries logged, reprs
    frame = client.log.calls()
    assert nothing_in(frame.to_csv() + repr(frame) + frame.to_html())
    assert frame["redacted"].tolist() == [True] * 7
    assert nothing_in(to_show)
    assert nothing_in(printed.getvalue().replace(WORD, ""))
    # exceptions: a key never; what a server says to the user it says
    for error in errors:
        shown = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__dict__)
        assert nothing_in(shown.replace(WORD, ""))


async def test_what_was_taken_out_left_the_rest_where_it_was(tmp_path: Path, temporary: Path) -> None:
    async with serving(server) as url, client_of(tmp_path, url) as client:
        await call_in_every_way(client, url)
    redacted = "My key is ***, call me [redacted] or Ännchen [redacted]."
    rows = {row["model"]: row for row in client.log.calls().to_dict("records")}
    assert rows["whole"]["text"] == rows["pieces"]["text"] == f"You said: {redacted}"
    assert (
        json.loads(rows["whole"]["response"])["choices"][0]["message"]["content"] == f"You said: {redacted}"
    )
    events = json.loads(rows["pieces"]["response"])
    said = "".join(event["choices"][0]["delta"].get("content", "") for event in events)
    assert said == f"You said: {redacted}"
    assert json.loads(rows["pieces"]["request"])["messages"][0] == {"role": "system", "content": redacted}
    assert rows["never ends"]["status"] == "interrupted"
    assert rows["never ends"]["text"].startswith("You said: My key is ***, call me [redacted] or Ä")


async def test_no_report_shows_a_key(tmp_path: Path, temporary: Path) -> None:
    cell = """
import logging; logging.basicConfig(level=logging.DEBUG)
import workbench as wb
client = wb.Client()
for model in ("whole", "pieces"):
    asked = await client.chat(f"openai/{model}", "Hello", stream=model == "pieces")
display(client, client.settings, client.log.calls().T, client.log.sql("FROM calls").to_dict("records"))
await client.chat("openai/refuses", "Hello")
"""
    document = nbformat.v4.new_notebook()
    document.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document.cells = [nbformat.v4.new_code_cell(source) for source in ("n = 1", cell)]
    document.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(document, tmp_path / "question.ipynb")
    async with serving(server) as url:
        environment = {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": url,
            "WORKBENCH_REDACT": PATTERN,
            "WORKBENCH_HOME": str(tmp_path / "home"),
        }
        reporting = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workbench", "report", str(tmp_path / "question.ipynb")),
            *("--out", str(tmp_path / "out"), "-p", "n", "2"),
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        said = b"".join(await reporting.communicate()).decode()
    assert "InvalidRequestError" in said
    [notebook], [page] = (tmp_path / "out").glob("*.ipynb"), (tmp_path / "out").glob("*.html")
    pages = said + notebook.read_text() + page.read_text()
    assert "[redacted]" in pages
    assert "***" in pages
    # What a server says to the user, and a notebook shows, is the user's to keep; a key is in nothing.
    assert nothing_in(pages.replace(WORD, ""))
    assert_no_file_shows_it(tmp_path / "home")


async def test_a_secret_in_a_header_or_in_the_query_is_hidden_too(tmp_path: Path) -> None:
    async def repeats(request: web.Request) -> web.StreamResponse:
        told = f"{dict(request.headers)} {request.query_string}"
        assert told.count(BIRD) == 3
        return web.json_response({"error": {"message": told}}, status=400)

    async with serving(repeats) as url:
        settings = Settings(
            project=tmp_path,
            values={
                "LAB_TOKEN": f"tok-{BIRD}-0123",
                "LAB_BASE_URL": url,
                "OPENAI_COMPATIBLE_BASE_URL": url,
                "OPENAI_COMPATIBLE_CUSTOM_HEADERS": f"X-Secret: {BIRD}-45678, Cookie: {BIRD}-901234 {BIRD}-x",
            },
            providers={
                "lab": {
                    "base_url": url,
                    "needs_key": False,
                    "headers": {"X-Lab": "Bearer {LAB_TOKEN}", "X-Too": "{OTHER|LAB_TOKEN}"},
                    "query": {"k": "{LAB_TOKEN}"},
                }
            },
        )
        client = Client(tmp_path / "home", settings=settings)
        for name in ("lab/m", "openai_compatible/m"):
            with pytest.raises(CallError) as caught:
                await client.chat(name, "Hello")
            shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
            assert "***" in shown
            assert f"{BIRD}-" not in shown
    assert client.log.sql("SELECT count(*) FROM calls WHERE error_message LIKE '%***%'").iloc[0, 0] == 2
    assert_no_file_shows_it(tmp_path / "home")
