"""What was asked before, as the log tells it."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from served import Steered

from workbench.analysis.prompts import Asked, earlier_prompts
from workbench.calls import Image, Message, Text
from workbench.client import Client
from workbench.config import Settings
from workbench.log.labelling import Judgement, keep

PAIR = ("sim/swift", "sim/local")


async def asked(client: Client, prompt: Any, session: str = "s", turn: int = 1, **params: Any) -> None:
    """Put a prompt to two models, as a turn of a playground; one that fails leaves the other alone."""
    bound = client.bind(playground=session, turn=str(turn), epoch=0)
    calls = (bound.chat(model, prompt, max_tokens=4, **params) for model in PAIR)
    await asyncio.gather(*calls, return_exceptions=True)


def prompts(client: Client, search: str = "", limit: int = 50) -> list[str | None]:
    return [each.prompt for each in earlier_prompts(client.log, search, limit)]


async def test_a_turn_of_a_playground_is_one_entry_with_its_numbers(client: Client, steered: Steered) -> None:
    await steered.fault("context_length", model="local")
    await asked(client, "Hello", system="Be brief.")
    (found,) = earlier_prompts(client.log)
    rows = client.log.calls()
    assert (found.session, found.turn, found.prompt, found.system) == ("s", 1, "Hello", "Be brief.")
    assert (found.models, found.answers, found.errors) == (PAIR, 1, 1)
    assert set(found.calls) == set(rows["id"])
    assert found.asked_at == rows["started_at"].max()
    assert found.cost_usd is not None
    assert found.cost_usd == Decimal(str(rows["cost_usd"].dropna().sum()))
    assert (found.unknown_cost, found.votes) == (0, {})


async def test_the_newest_prompt_comes_first_and_no_more_than_wanted(client: Client) -> None:
    await asked(client, "one")
    await asked(client, "two", turn=2)
    await asked(client, "one", session="another")
    assert [(each.session, each.turn) for each in earlier_prompts(client.log)] == [
        ("another", 1),
        ("s", 2),
        ("s", 1),
    ]
    assert prompts(client, limit=2) == ["one", "two"]


async def test_chats_that_ask_several_models_the_same_are_one_entry(client: Client) -> None:
    for model, temperature in (("sim/swift", 0), ("sim/local", 0), ("sim/swift", 1)):
        await client.chat(model, "What is 2 plus 6?", temperature=temperature, max_tokens=4)
    await client.chat("sim/swift", "What is 3 plus 9?")
    newer, older = earlier_prompts(client.log)
    assert (newer.prompt, newer.session) == ("What is 3 plus 9?", None)
    assert (older.prompt, older.models, older.answers) == ("What is 2 plus 6?", PAIR, 3)
    assert older.calls == tuple(client.log.calls()["id"][::-1])[:3]
    assert older.cost_usd == Decimal(str(sum(client.log.calls()["cost_usd"][1:])))


async def test_calls_of_experiments_and_tagged_ones_are_not_shown(client: Client) -> None:
    await client.bind(experiment="e", run="r", sample="1").chat("sim/swift", "one", max_tokens=1)
    await client.bind(project="p").chat("sim/swift", "two", max_tokens=1)
    await client.complete("sim/swift", "three", max_tokens=1)
    await client.embed("sim/swift", "four")
    assert prompts(client) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ZÜRICH", True),
        ("zür 100%", True),
        ("100%x", False),
        ("snake_case", True),
        ("snakeXcase", False),
        ('say "hi"', True),
        (r"back\slash", True),
        ("second line", True),
        ("<brief>", True),
        ("zürich genf", False),
        ("messages", False),
        ("role", False),
        ("user", False),
        ("content", False),
    ],
)
async def test_words_are_found_as_they_were_written(client: Client, search: str, found: bool) -> None:
    prompt = 'In Zürich at 100% say "hi" to snake_case\nand back\\slash on the second line'
    await asked(client, prompt, system="Be <Brief>.")
    assert prompts(client, search) == ([prompt] if found else [])


async def test_words_are_found_in_answers_too(client: Client) -> None:
    await client.chat("sim/swift", "What is the capital of France?")
    await client.chat("sim/swift", "What is 1 plus 3?")
    (answer,) = client.log.calls(where="request::VARCHAR LIKE '%France%'")["text"]
    word = next(word for word in answer.split() if word.strip(".") not in "What is the capital of France?")
    assert prompts(client, f"FRANCE {word.upper()}") == ["What is the capital of France?"]


async def test_a_word_of_an_earlier_turn_does_not_find_the_later_ones(client: Client) -> None:
    await asked(client, "About xylophones")
    turns = [Message(role="user", content="About xylophones"), Message(role="assistant", content="Yes")]
    await asked(client, [*turns, Message(role="user", content="and drums")], turn=2)
    assert prompts(client) == ["and drums", "About xylophones"]
    assert prompts(client, "xylophone") == ["About xylophones"]


async def test_pictures_are_counted_and_words_are_found_beside_them(client: Client) -> None:
    picture = Image(data=b"\x89PNG\r\n\x1a\n", media_type="image/png")
    await asked(client, [Message(role="user", content=(picture, Text(text="What is this?")))])
    (found,) = earlier_prompts(client.log, "THIS")
    assert (found.prompt, found.images) == ("What is this?", 1)


async def test_what_the_log_answered_has_its_prompt(client: Client) -> None:
    await client.chat("sim/swift", "Hello")
    bound = client.bind(playground="s", turn="1", epoch=0)
    assert (await bound.chat("sim/swift", "Hello", cache=True)).cached
    found = earlier_prompts(client.log, "hello")
    assert [(each.session, each.prompt, each.answers) for each in found] == [
        ("s", "Hello", 1),
        (None, "Hello", 1),
    ]


async def test_what_was_stopped_before_it_was_sent_has_its_prompt(
    simulated: Settings, tmp_path: Path
) -> None:
    async with Client(home=tmp_path / "home", settings=simulated, concurrency=1) as client:
        begun = asyncio.Event()
        under_way = client.chat("sim/local", "one", on_chunk=lambda _: begun.set(), max_tokens=500)
        works = [asyncio.create_task(under_way)]
        await begun.wait()
        queued = [
            Message(role="user", content=(Image(url="https://a.example/b.png"), Text(text="Why {so}?")))
        ]
        works.append(asyncio.create_task(client.chat("sim/local", queued, system="Be brief.")))
        await asyncio.sleep(0)  # it is in the queue of the provider now
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        (found,) = earlier_prompts(client.log, "why {so}?")
        assert (found.system, found.images, found.answers, found.errors) == ("Be brief.", 1, 0, 0)
        assert found.unknown_cost == 1
        assert prompts(client) == ["Why {so}?", "one"]


async def test_a_prompt_that_was_pruned_is_still_an_entry(client: Client) -> None:
    await asked(client, "Hello")
    client.log.store.ingest()
    client.recorder.close()
    client.log.prune(where="true", bodies=True)
    (found,) = earlier_prompts(client.log)
    assert (found.prompt, found.answers) == (None, 2)
    assert earlier_prompts(client.log, "hello") == []


async def test_votes_are_counted_by_model_as_they_stand(client: Client) -> None:
    await asked(client, "Hello")
    await asked(client, "Bye", turn=2)
    found = {each.prompt: each for each in earlier_prompts(client.log)}
    hello, bye = found["Hello"].calls, found["Bye"].calls

    async def vote(labeller: str, calls: tuple[UUID, ...], *chosen: UUID) -> None:
        said = Judgement(kind="vote", labeller=labeller, question="Best?", calls=calls, chosen=chosen)
        await keep(client.recorder, said)

    await vote("ann", hello, hello[0])
    await vote("ann", hello, hello[1])  # another mind
    await vote("bob", hello, *hello)  # a tie
    await vote("bob", bye)  # all are bad
    votes = {each.prompt: each.votes for each in earlier_prompts(client.log)}
    model_of = dict(zip(client.log.calls()["id"], client.log.calls()["model"], strict=True))
    assert votes["Hello"] == {f"sim/{model_of[hello[1]]}": 2, f"sim/{model_of[hello[0]]}": 1}
    assert votes["Bye"] == {}


async def test_more_entries_of_one_prompt_than_a_page_has_leave_room_for_older_ones(client: Client) -> None:
    await client.chat("sim/swift", "older", max_tokens=1)
    for seed in range(5):
        await client.chat("sim/swift", "newer", max_tokens=1, seed=seed)
    newer, older = earlier_prompts(client.log, limit=2)
    assert (newer.prompt, newer.answers, older.prompt) == ("newer", 5, "older")


def test_a_folder_without_a_log_has_none(tmp_path: Path) -> None:
    found: list[Asked] = earlier_prompts(Client(home=tmp_path / "none").log)
    assert found == []
