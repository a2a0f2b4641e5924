"""The history: found by words, looked at, opened again; without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from uuid6 import uuid7

from workbench.analysis.prompts import Asked
from workbench.client import Client
from workbench.errors import DataError
from workbench.log import Log
from workbench.widgets.history.earlier import GONE, WORDS, Earlier, facts_of, label_of, listing, preview
from workbench.widgets.history.history import History
from workbench.widgets.playground.session import Session, Turn
from workbench.widgets.question.draft import Draft

AT = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
HOSTILE = '</p><img src=x onerror="alert(1)">'


def entry(**fields: Any) -> Asked:
    told: dict[str, Any] = {
        "asked_at": AT,
        "prompt": "Why?",
        "models": ("a/b",),
        "calls": (uuid7(),),
        "answers": 1,
        "cost_usd": Decimal("0.0125"),
    }
    return Asked(**(told | fields))


@pytest.fixture
def opened() -> list[Sequence[Turn]]:
    return []


@pytest.fixture
def history(client: Client, opened: list[Sequence[Turn]]) -> History:
    return History(lambda: client.log, lambda _, turns: opened.append(turns))


async def done(work: Any) -> None:
    await asyncio.wait_for(asyncio.wrap_future(work), timeout=20)


async def ask(client: Client, *prompts: str) -> None:
    session = Session(client)
    for prompt in prompts:
        await session.ask(session.begin(Draft(prompt=prompt, models=("sim/swift", "sim/local"))))


def test_a_label_tells_when_what_whom_and_how_much() -> None:
    when = f"{AT.astimezone():%Y-%m-%d %H:%M}"
    assert label_of(entry()) == f"{when} · Why? · a/b · $0.0125"
    many = entry(models=("a/b", "c/d"), errors=1, unknown_cost=1, prompt=" Why\n\nnot \u202e?\x00")
    assert label_of(many) == f"{when} · Why not ? · 2 models · 1 failed · at least $0.0125"
    assert label_of(entry(prompt=None, cost_usd=None)) == f"{when} · {GONE} · a/b · cost unknown"
    assert label_of(entry(prompt="", images=2)).split(" · ")[1] == "(2 pictures)"
    long = label_of(entry(prompt="word " * 1000)).split(" · ")[1]
    assert len(long) <= WORDS
    assert long.endswith("word…")


def test_the_facts_of_an_entry_have_every_number() -> None:
    asked = entry(
        models=("a/b", "c/d"),
        calls=tuple(uuid7() for _ in range(6)),
        answers=3,
        errors=2,
        turn=2,
        images=1,
        votes={"a/b": 1, "c/d": 4},
    )
    facts = dict(facts_of(asked))
    assert facts["calls"] == "3 answered, 2 failed, 1 stopped"
    assert (facts["turn"], facts["pictures"], facts["votes"]) == ("2", "1", "c/d 4, a/b 1")


def test_what_people_and_models_are_called_and_wrote_is_escaped() -> None:
    asked = entry(prompt=HOSTILE, system=HOSTILE, models=(HOSTILE,), votes={HOSTILE: 1})
    earlier = Earlier()
    earlier.found(earlier.begin(HOSTILE), [])
    for html in (preview(asked), listing(earlier)):
        assert "<img" not in html
        assert "&lt;img" in html
    earlier.found(earlier.begin(""), [asked])
    assert "<img" not in listing(earlier)


def test_an_older_search_does_not_take_the_place_of_a_newer_one() -> None:
    earlier = Earlier()
    first, second = earlier.begin("one"), earlier.begin("two")
    earlier.found(first, [entry()])
    assert (earlier.entries, earlier.reading) == ((), True)
    earlier.found(second, [entry(prompt="two")])
    earlier.fail(first, "too late")
    assert ([each.prompt for each in earlier.entries], earlier.problem) == (["two"], "")


def test_it_says_how_things_stand() -> None:
    earlier = Earlier()
    assert earlier.line == ""
    number = earlier.begin("")
    assert earlier.line == "Reading the log …"
    earlier.found(number, [])
    assert earlier.line.startswith("Nothing was asked yet")
    earlier.found(earlier.begin(" why  not "), [])
    assert earlier.line == "Nothing has all of these words: why  not"
    earlier.found(earlier.begin(""), [entry()])
    assert earlier.line == "1 prompt, newest first"
    earlier.fail(earlier.begin(""), "it is damaged")
    assert (earlier.line, earlier.entries) == ("it is damaged", ())


async def test_prompts_are_found_by_their_words_and_opened(
    client: Client, history: History, opened: list[Sequence[Turn]]
) -> None:
    await ask(client, "About xylophones", "and drums")
    await done(history.refresh())
    assert [asked.prompt for asked in history.state.entries] == ["and drums", "About xylophones"]
    assert "and drums" in history.choice.options[0][0]
    history.search.value = "XYLO"
    await done(history.refresh())
    assert len(history.choice.options) == 1
    assert history.chosen is not None
    assert not history.open_button.disabled
    work = history.open()
    assert work is not None
    await done(work)
    assert [[turn.draft.prompt for turn in turns] for turns in opened] == [["About xylophones"]]
    assert [pane.state for pane in opened[0][0].comparison.panes()] == ["done", "done"]


async def test_an_empty_log_leaves_nothing_to_open(history: History) -> None:
    await done(history.refresh())
    assert history.choice.options == ()
    assert history.open_button.disabled
    assert history.open() is None
    assert "Nothing was asked yet" in history.static_text()


def failing(error: Exception) -> Callable[[], Log]:
    def log_of() -> Log:
        raise error

    return log_of


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DataError("the log is <b>damaged</b>"), "the log is <b>damaged</b>"),
        (OSError("no disk"), "OSError: no disk"),
    ],
)
async def test_a_log_that_cannot_be_read_is_said_in_a_line(error: Exception, words: str) -> None:
    history = History(failing(error), lambda _: None)
    await done(history.refresh())
    assert history.state.line == words
    assert "<b>damaged" not in history.static_html()
    assert 'role="alert"' in history.view.children[1].value


async def test_a_prompt_that_cannot_be_opened_is_said_and_the_list_stays(
    client: Client, history: History, opened: list[Sequence[Turn]]
) -> None:
    await ask(client, "Why?")
    await done(history.refresh())
    client.recorder.close()
    client.log.store.ingest()
    client.log.prune(where="true")
    work = history.open()
    assert work is not None
    await done(work)
    assert "no longer in the log" in history.state.line
    assert (len(history.choice.options), opened) == (1, [])


async def test_the_static_form_has_every_entry_and_its_cost(client: Client, history: History) -> None:
    await ask(client, "Why?")
    await done(history.refresh())
    cost = f"${sum(client.log.calls()['cost_usd']):.6f}"
    html = history.static_html()
    for part in ("Why?", "sim/swift, sim/local", "2 answered", cost):
        assert part in html
    assert cost in history.static_text()


def test_a_cell_that_a_machine_runs_shows_what_the_log_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HEADLESS", "1")
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(InteractiveShell.instance(), "display_pub", publisher)
    log = Client(home=tmp_path / "none").log
    History(lambda: log, lambda _: None)._ipython_display_()
    InteractiveShell.clear_instance()
    (output,) = publisher.outputs
    assert "Nothing was asked yet" in output["data"]["text/plain"]
