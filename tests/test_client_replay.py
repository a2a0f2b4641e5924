"""A logged call sent again: exactly, to its own model or to another one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import ANSWER, Steered, serving

from workbench.calls import Completion, Image, Message, Text, Timing, ToolCall, Usage
from workbench.client import Client, Replay
from workbench.client.resending import endpoint_of, request_of
from workbench.config import Settings
from workbench.errors import ConfigError, ConnectionFailedError, DataError, RateLimitError

MODEL_OF = {"openai": "swift", "anthropic": "sage", "ollama": "local"}
TURNS = [
    Message(role="system", content="Be brief."),
    Message(role="user", content=(Text(text="What is this?"), Image(data=b"\x89PNG"))),
    Message(role="assistant", tool_calls=(ToolCall(id="a", name="look", arguments='{"zoom": 2}'),)),
    Message(role="tool", tool_call_id="a", content="a cat"),
    Message(role="user", content="mark-replay"),
]
OWN = {"openai": {"seed": 7}, "anthropic": {"extra": {"top_k": 3}}, "ollama": {"extra": {"num_ctx": 512}}}


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    """A client of the simulator that tries again, since its models fail now and then."""
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        yield client


def settings_for(folder: Path, **values: str) -> Settings:
    return Settings(project=folder, values=values)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("protocol", MODEL_OF)
async def test_the_very_same_request_is_sent_again(
    client: Client, steered: Steered, protocol: str, stream: bool
) -> None:
    answer = await client.chat(
        f"sim/{MODEL_OF[protocol]}", TURNS, stream=stream, max_tokens=5, stop="END", **OWN[protocol]
    )

    replay = await client.bind(phase="late").replay(str(answer.call_id))

    first, again = (await steered.requests("mark-replay"))[-2:]
    assert (again["path"], again["body"]) == (first["path"], first["body"])
    assert (replay.old.text, replay.new.text) == (answer.text, answer.text)
    assert replay.old.call_id == answer.call_id != replay.new.call_id
    row = client.log.call(str(replay.new.call_id))
    assert row["tags"] == {"phase": "late", "replay_of": str(answer.call_id)}
    assert json.loads(row["request"]) == json.loads(client.log.call(str(answer.call_id))["request"])


async def test_names_that_a_host_writes_otherwise_are_sent_again_and_are_ours_elsewhere(
    client: Client, tmp_path: Path, steered: Steered
) -> None:
    seen: list[dict[str, Any]] = []

    async def openai(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response(ANSWER)

    async with serving(openai) as url:
        keyed = settings_for(
            tmp_path, **client.settings.values, OPENAI_API_KEY="sk-0123456789", OPENAI_BASE_URL=url
        )
        async with Client(home=tmp_path / "home", settings=keyed, attempts=1) as asking:
            answer = await asking.chat("openai/gpt", "mark-renamed", max_tokens=5, temperature=0)
            await asking.replay(str(answer.call_id))
            await asking.replay(str(answer.call_id), "sim/sage")
    assert seen[0] == seen[1]
    assert seen[0]["max_completion_tokens"] == 5
    body = (await steered.last_request("mark-renamed"))["body"]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("sage", 5, 0)


@pytest.mark.parametrize("to", MODEL_OF.values())
@pytest.mark.parametrize("of", MODEL_OF.values())
async def test_a_conversation_goes_to_a_model_of_another_protocol(client: Client, of: str, to: str) -> None:
    answer = await client.chat(f"sim/{of}", TURNS, max_tokens=5, stream=True)

    replay = await client.replay(str(answer.call_id), f"sim/{to}")

    assert (replay.old.name, replay.new.name) == (f"sim/{of}", f"sim/{to}")
    assert replay.new.usage.output_tokens == 5
    assert replay.new.timing.ttft_s is not None


async def test_a_parameter_that_the_other_protocol_lacks_is_named(client: Client) -> None:
    seeded = await client.chat("sim/swift", "Hello", seed=3)
    extra = await client.chat("sim/swift", "Hello", extra={"logprobs": True})
    with pytest.raises(ConfigError, match="anthropic has no parameter seed, got 3"):
        await client.replay(str(seeded.call_id), "sim/sage")
    with pytest.raises(
        ConfigError, match=r"'logprobs': those are fields of the protocol 'openai'.*extra=\{\}"
    ):
        await client.replay(str(extra.call_id), "sim/sage")
    assert (await client.replay(str(seeded.call_id), "sim/sage", seed=None)).new.text
    assert (await client.replay(str(extra.call_id), "sim/sage", extra={})).new.text
    assert (await client.replay(str(extra.call_id), "sim/steady")).new.text
    with pytest.raises(ConfigError, match="no parameter 'sed': did you mean 'seed'"):
        await client.replay(str(seeded.call_id), sed=None)


async def test_a_call_that_failed_is_replayed_beside_its_error(client: Client, steered: Steered) -> None:
    await steered.fault("quota", model="swift")
    with pytest.raises(RateLimitError) as failed:
        await client.chat("sim/swift", "What is the capital of Peru?")
    (call_id,) = client.log.errors()["id"]

    replay = await client.replay(str(call_id))

    assert replay.old_error == str(failed.value)
    assert replay.old.text == ""
    assert replay.new.text
    assert str(failed.value) in str(replay)
    assert "[-" not in str(replay)


async def test_what_the_log_answered_is_replayed_as_the_call_that_was_asked(
    client: Client, steered: Steered
) -> None:
    first = await client.chat("sim/swift", "mark-cached", cache=True)
    second = await client.chat("sim/swift", "mark-cached", cache=True)
    assert second.cached

    replay = await client.replay(str(second.call_id))

    assert replay.old.call_id == first.call_id
    assert not replay.new.cached
    assert len(await steered.requests("mark-cached")) == 2


async def test_a_server_that_was_given_by_its_url_is_found_again(tmp_path: Path) -> None:
    async def small(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async with serving(small) as url, Client(home=tmp_path, settings=settings_for(tmp_path)) as client:
        answer = await client.chat("org/small", "?", base_url=f"{url}/v1")
        replay = await client.replay(str(answer.call_id))
        assert client.log.call(str(replay.new.call_id))["base_url"] == f"{url}/v1"
    assert replay.new.name == answer.name


async def test_a_key_goes_to_no_other_server_than_its_own(tmp_path: Path) -> None:
    seen: list[str | None] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.headers.get("authorization"))
        return web.json_response(ANSWER)

    home, key = tmp_path / "home", "gsk-0123456789"
    async with serving(elsewhere) as url:
        there = settings_for(tmp_path, GROQ_API_KEY=key, GROQ_BASE_URL=url)
        async with Client(home=home, settings=there) as client:
            answer = await client.chat("groq/small", "?")
        async with Client(home=home, settings=settings_for(tmp_path, GROQ_API_KEY=key)) as client:
            with pytest.raises(ConfigError, match=r"model='groq/small', or give the api_key") as refused:
                await client.replay(str(answer.call_id))
            await client.replay(str(answer.call_id), api_key="its own key".replace(" ", "-"))
    assert key not in str(refused.value)
    assert seen == [f"Bearer {key}", "Bearer its-own-key"]


async def test_without_the_key_nothing_is_sent(tmp_path: Path) -> None:
    async def groq(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async with serving(groq) as url:
        settings = settings_for(tmp_path, GROQ_API_KEY="gsk-0123456789", GROQ_BASE_URL=url)
        async with Client(home=tmp_path / "home", settings=settings) as client:
            answer = await client.chat("groq/small", "?")
    async with Client(home=tmp_path / "home", settings=settings_for(tmp_path)) as client:
        with pytest.raises(ConfigError, match="no key for groq: set GROQ_API_KEY"):
            await client.replay(str(answer.call_id))


async def test_a_row_that_a_pattern_changed_is_refused(tmp_path: Path, simulated: Settings) -> None:
    async with Client(home=tmp_path / "home", settings=simulated, redact=["Call 55512"]) as client:
        answer = await client.chat("sim/swift", "Call 55512 now")
        plain = await client.chat("sim/swift", "Call now")
        with pytest.raises(ConfigError, match="a pattern for redaction changed its row"):
            await client.replay(str(answer.call_id))
        assert (await client.replay(str(plain.call_id))).new.text


async def test_a_call_whose_bodies_were_pruned_is_refused(client: Client) -> None:
    answer = await client.chat("sim/swift", "Hello", max_tokens=1)
    client.log.prune(where="true", bodies=True)
    with pytest.raises(ConfigError, match="what it sent was pruned from the log"):
        await client.replay(str(answer.call_id))


async def test_a_call_that_was_interrupted_is_replayed(client: Client) -> None:
    begun = asyncio.Event()
    asking = asyncio.create_task(
        client.chat("sim/sage", "Tell me about the sea.", max_tokens=20, on_chunk=lambda _: begun.set())
    )
    await begun.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    client.recorder.flush()
    (call_id,) = client.log.errors()["id"]

    replay = await client.replay(str(call_id))

    assert replay.old_error == "interrupted"
    assert replay.new.usage.output_tokens == 20


async def test_a_call_that_never_sent_anything_is_refused(client: Client) -> None:
    with pytest.raises(ConfigError, match="no parameter seed"):
        await client.chat("sim/sage", "Hello", seed=1)
    (call_id,) = client.log.errors()["id"]
    with pytest.raises(ConfigError, match="it never sent anything"):
        await client.replay(str(call_id))
    with pytest.raises(ConfigError, match="'ffffff00'"):
        await client.replay("ffffff00")


def answer(text: str, **fields: Any) -> Completion:
    return Completion(text=text, provider="a", model="b", **fields)


def test_both_answers_stand_side_by_side_with_the_differences_marked() -> None:
    old = answer(
        "It is 4 of course",
        timing=Timing(duration_s=1.5, ttft_s=0.25),
        usage=Usage(input_tokens=10, output_tokens=5),
        cost_usd=Decimal("0.001"),
    )
    new = answer(
        "It is 5 of course", timing=Timing(duration_s=2.0), usage=Usage(input_tokens=10, output_tokens=4)
    )
    assert Replay(old=old, new=new).facts() == [
        ("time", "1.50 s", "2.00 s", "+0.50 s"),
        ("TTFT", "0.250 s", "–", "–"),
        ("tokens in", "10", "10", "+0"),
        ("tokens out", "5", "4", "-1"),
        ("cost US$", "0.001000", "–", "–"),
    ]
    assert str(Replay(old=old, new=new)).splitlines() == [
        "            old: a/b  new: a/b  difference",
        "time        1.50 s    2.00 s    +0.50 s",
        "TTFT        0.250 s   –         –",
        "tokens in   10        10        +0",
        "tokens out  5         4         -1",
        "cost US$    0.001000  –         –",
        "",
        "old: a/b",
        "It is [-4 -]of course",
        "",
        "new: a/b",
        "It is {+5 +}of course",
    ]


def test_calls_of_tools_are_part_of_what_was_answered() -> None:
    call = ToolCall(id="a", name="look", arguments='{"zoom": 2}')
    shown = str(Replay(old=answer("", tool_calls=(call,)), new=answer("No.")))
    assert 'look({"zoom": 2})' in shown


def test_what_models_write_is_shown_as_text_and_never_as_markup() -> None:
    hostile = "<script>alert(1)</script> & so on"
    failed = Replay(old=answer(""), new=answer(hostile), old_error="<b>no</b>")
    for replay in (Replay(old=answer("and"), new=answer(hostile)), failed):
        page = replay._repr_html_()
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in page.replace("</ins>", "").replace(
            "<b>", ""
        )
    assert "&lt;b&gt;no&lt;/b&gt;" in failed._repr_html_()
    assert "<ins" in Replay(old=answer("and"), new=answer(hostile))._repr_html_()
    assert json.dumps(failed._repr_html_())


async def test_where_the_server_of_then_is_gone_the_way_to_the_one_of_now_is_said(
    tmp_path: Path, client: Client
) -> None:
    async def openai(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async with serving(openai) as gone:
        there = settings_for(tmp_path, SIM_BASE_URL=gone)
        async with Client(home=tmp_path / "home", settings=there, attempts=1) as asking:
            answer = await asking.chat("sim/swift", "Hello")
    with pytest.raises(ConnectionFailedError, match="nothing answers") as caught:
        await client.replay(str(answer.call_id))
    [note] = caught.value.__notes__
    assert f"went to {gone}; the model sim/swift, given by name, is asked where sim is now" in note
    assert (await client.replay(str(answer.call_id), "sim/swift")).new.text


def test_a_server_whose_address_was_not_logged_has_to_be_named(tmp_path: Path) -> None:
    row = {"id": "1", "provider": "10.0.0.1:8000", "model": "m", "base_url": None}
    with pytest.raises(ConfigError, match=r"does not say where '10\.0\.0\.1:8000' is"):
        endpoint_of(row, settings_for(tmp_path), None)


def test_a_body_that_is_not_in_its_protocol_is_named() -> None:
    row = {"id": "1", "provider": "sim", "model": "swift", "protocol": "openai", "attempts": 1}
    with pytest.raises(DataError, match="what call 1 sent cannot be read as protocol 'openai'"):
        request_of({**row, "redacted": False, "request": '{"model": "swift"}'})


async def test_embeddings_side_by_side_are_the_beginnings_of_their_numbers(client: Client) -> None:
    embedded = await client.embed("sim/swift", ["one", "two"], dimensions=8)
    replay = await client.replay(str(embedded.call_ids[0]))
    begins = ", ".join(f"{number:.4f}" for number in embedded.vectors[0][:4])
    assert str(replay).count(f"2 × 8 numbers: {begins} …") == 2
