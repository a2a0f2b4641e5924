"""What the simulator takes for a request, and what it notes of one."""

from __future__ import annotations

import json

import pytest
from speakers import HELLO, SPEAKERS, Wire, every_protocol

from workbench.simulator.tokens import tokens


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "model"),
        ('{"model": "swift"}', "messages"),
        ('{"model": "swift", "messages": "hello"}', "messages"),
        ('{"model": "swift", "messages": ["hello"]}', "messages[0]"),
        ('{"model": "swift", "messages": [{"role": "user", "content": 3}]}', "messages[0].content"),
        ('{"model": "swift", "messages": [{"role": "user", "content": "a"}], "stream": "yes"}', "stream"),
    ],
)
@every_protocol
async def test_a_malformed_body_is_refused_and_says_why(
    wire: Wire, protocol: str, body: str, word: str
) -> None:
    speaker = SPEAKERS[protocol]
    if speaker.body:
        body = body.replace('{"m', '{"max_tokens": 9, "m', 1)
    async with wire.session.post(speaker.path, data=body, headers=speaker.headers) as answer:
        assert answer.status == 400
        error = (await answer.json())["error"]
    assert word in (error if protocol == "ollama" else error["message"])


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_max_tokens_has_to_be_a_whole_number_from_one_up(wire: Wire, protocol: str) -> None:
    for value in (0, -3, "9", 1.5, True):
        async with wire.ask(protocol, max_tokens=value) as answer:
            assert answer.status == 400


async def test_anthropic_requires_its_version_and_max_tokens(wire: Wire) -> None:
    body = {"model": "swift", "messages": HELLO}
    async with wire.session.post("/v1/messages", json=body | {"max_tokens": 9}) as answer:
        assert (answer.status, "anthropic-version" in await answer.text()) == (400, True)
    headers = {"anthropic-version": "2023-06-01"}
    async with wire.session.post("/v1/messages", json=body, headers=headers) as answer:
        assert (answer.status, "max_tokens" in await answer.text()) == (400, True)


@every_protocol
async def test_the_journal_has_what_was_received_without_the_key(wire: Wire, protocol: str) -> None:
    mark = f"for the journal by {protocol}"
    async with wire.ask(protocol, messages=[{"role": "user", "content": mark}]) as answer:
        await answer.read()
    entry = await wire.last_entry(mark)
    assert (entry["method"], entry["path"]) == ("POST", SPEAKERS[protocol].path)
    assert (entry["model"], entry["status"]) == ("swift", 200)
    assert (entry["fault"], entry["disconnected"]) == (None, False)
    assert entry["body"]["messages"] == [{"role": "user", "content": mark}]
    assert entry["headers"]["content-type"] == "application/json"
    assert "secret-key" not in json.dumps(entry)


@every_protocol
async def test_a_streamed_chunk_is_a_token(wire: Wire, protocol: str) -> None:
    async with wire.ask("openai") as answer:
        text = (await answer.json())["choices"][0]["message"]["content"]
    async with wire.ask(protocol, stream=True) as answer:
        streamed = await answer.text()
    assert streamed.count(SPEAKERS[protocol].text_mark) == len(tokens(text))
