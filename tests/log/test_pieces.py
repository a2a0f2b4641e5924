from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.log import Log, Recorder, Store

Line = Callable[..., bytes]


def words(rng: random.Random, number: int) -> str:
    return " ".join(f"{rng.getrandbits(32):x}" for _ in range(number))


def conversation(rng: random.Random, turns: int, words_each: int = 100) -> list[dict[str, Any]]:
    """The bodies of a conversation's requests, each with all the turns before it."""
    messages: list[dict[str, str]] = [{"role": "system", "content": words(rng, words_each)}]
    bodies = []
    for _ in range(turns):
        messages.append({"role": "user", "content": words(rng, words_each)})
        bodies.append({"model": "m", "messages": list(messages), "temperature": 0.5})
        messages.append({"role": "assistant", "content": words(rng, words_each)})
    return bodies


def stored(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        return db.execute(query).fetchall()


def log(home: Path, line: Line, bodies: list[Any]) -> None:
    recorder = Recorder(home)
    for n, body in enumerate(bodies):
        recorder.append("calls", line(request=body, epoch=n))
    recorder.close()
    Store(home).ingest()


def requests(home: Path) -> list[Any]:
    rows = Log(home).sql("SELECT request FROM calls ORDER BY epoch")["request"].astype(object)
    return [json.loads(request) if isinstance(request, str) else None for request in rows]


def test_the_messages_of_a_conversation_are_stored_once_and_read_whole(home: Path, line: Line) -> None:
    bodies = conversation(random.Random(1), 20)
    log(home, line, bodies)
    assert requests(home) == bodies
    assert stored(home, "SELECT count(*) FROM pieces") == [(1 + 20 + 19,)]


def test_a_conversation_that_goes_on_later_finds_its_pieces(home: Path, line: Line) -> None:
    bodies = conversation(random.Random(1), 12)
    for n, body in enumerate(bodies):
        recorder = Recorder(home)
        recorder.append("calls", line(request=body, epoch=n))
        recorder.close()
        Store(home).ingest()
    assert requests(home) == bodies
    assert stored(home, "SELECT count(*) FROM pieces WHERE length(body) > 0") == [(1 + 12 + 11,)]


def test_what_a_conversation_costs_grows_with_its_messages_not_with_their_square(
    tmp_path: Path, line: Line
) -> None:
    sizes = {}
    for turns in (10, 40):
        home = tmp_path / str(turns)
        log(home, line, conversation(random.Random(1), turns, words_each=500))
        ((pieces,),) = stored(home, "SELECT sum(strlen(body)) FROM pieces")
        ((rest,),) = stored(home, "SELECT sum(strlen(request)) FROM calls")
        sizes[turns] = pieces + rest
    assert sizes[40] < 4.5 * sizes[10]


def test_short_requests_and_questions_stay_as_they_are(home: Path, line: Line) -> None:
    question = conversation(random.Random(1), 1, words_each=500)[0]
    short = {"messages": [{"role": "user", "content": "a"}] * 5}
    bodies = [question, short, {"messages": None}, "text, since nothing else was sent", None]
    log(home, line, bodies)
    assert stored(home, "SELECT count(*) FROM pieces") == [(0,)]
    assert requests(home) == bodies


def test_a_picture_that_is_sent_again_is_stored_once(home: Path, line: Line) -> None:
    picture = {"role": "user", "content": [{"type": "image", "data": words(random.Random(2), 20_000)}]}
    bodies = [{"messages": [picture], "seed": n} for n in range(3)]
    log(home, line, bodies)
    assert stored(home, "SELECT count(*) FROM pieces") == [(1,)]
    assert requests(home) == bodies


def test_who_needs_no_requests_does_not_pay_for_them(home: Path, line: Line) -> None:
    log(home, line, conversation(random.Random(1), 5))
    query = "EXPLAIN SELECT count(text) FROM calls"
    with Store(home).connect(requests=False) as db:
        assert "request" not in db.sql("SELECT * FROM calls").columns
        ((_, plan),) = db.execute(query).fetchall()
    assert "pieces" not in plan


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=15, deadline=None)
@given(messages=st.lists(VALUES, min_size=3, max_size=8), rest=st.dictionaries(st.text(max_size=5), VALUES))
def test_any_json_is_read_as_it_was_sent(messages: list[Any], rest: dict[str, Any]) -> None:
    body = rest | {"messages": [*messages, "x" * 2000]}
    row = {"id": "01890000-0000-7000-8000-000000000001", "request": body}
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        recorder.append("calls", json.dumps(row).encode())
        recorder.close()
        Store(Path(folder)).ingest()
        assert requests(Path(folder)) == [body]
