"""Embeddings and text completions, of the simulator and of servers that misbehave."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from served import Steered, serving

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, RateLimitError, UnreadableError
from workbench.simulator.tokens import tokens

TEXTS = ("The sea is calm.", "The sea is rough.", "A tax on sugar.")


async def test_texts_are_rows_of_an_array_in_their_order(client: Client) -> None:
    found = await client.embed("sim/swift", TEXTS)
    assert found.vectors.shape == (3, 64)
    assert found.vectors.dtype == np.float64
    assert len(found) == 3
    alone = [(await client.embed("sim/swift", text)).vectors[0] for text in TEXTS]
    assert np.array_equal(found.vectors, np.stack(alone))
    likeness = found.vectors @ found.vectors.T
    assert likeness[0, 1] > likeness[0, 2]
    assert (found.model, found.served_model, found.cached) == ("sim/swift", "swift", 0)


async def test_each_batch_is_a_row_and_tokens_and_cost_are_those_of_all(client: Client) -> None:
    many = [f"Text number {number} of the batches." for number in range(250)]
    found = await client.embed("sim/swift", many, tags={"phase": "index"})
    assert found.vectors.shape == (250, 64)
    rows = client.log.calls().sort_values("id")
    assert [str(id_) for id_ in rows["id"]] == [str(id_) for id_ in found.call_ids]
    assert set(rows["operation"]) == {"embed"}
    assert set(rows["protocol"]) == {"openai_embeddings"}
    assert len(rows) == 3  # of 100, 100 and 50: what a provider takes at once where its row says nothing
    input_tokens = sum(len(tokens(text)) for text in many)
    assert found.usage.input_tokens == input_tokens == rows["input_tokens"].sum()
    assert found.cost_usd == input_tokens * Decimal("0.10") / 1_000_000
    assert all(dict(tags) == {"phase": "index"} for tags in rows["tags"])
    last = await client.embed("sim/swift", many[200:])
    assert np.array_equal(found.vectors[200:], last.vectors)


async def test_vectors_come_out_of_the_cache_as_they_went_in(client: Client, steered: Steered) -> None:
    asked = await client.embed("sim/swift", ["mark-vectors one", "mark-vectors two"])
    again = await client.embed("sim/swift", ["mark-vectors one", "mark-vectors two"], cache=True)
    assert np.array_equal(asked.vectors, again.vectors)
    assert (again.cached, again.cost_usd) == (1, 0)
    assert len(await steered.requests("mark-vectors")) == 1
    other = await client.embed(
        "sim/swift", ["mark-vectors one", "mark-vectors two"], dimensions=8, cache=True
    )
    assert (other.vectors.shape, other.cached) == ((2, 8), 0)


async def test_an_embedding_is_sent_again_like_any_call(client: Client) -> None:
    asked = await client.embed("sim/swift", TEXTS)
    replay = await client.replay(asked.call_ids[0])
    assert replay.new.vectors == replay.old.vectors
    assert np.array_equal(np.array(replay.new.vectors), asked.vectors)
    row = client.log.call(str(replay.new.call_id))
    assert (row["operation"], row["protocol"]) == ("embed", "openai_embeddings")


async def test_no_texts_are_an_empty_array_and_no_call(client: Client) -> None:
    found = await client.embed("sim/swift", [])
    assert (found.vectors.shape, found.cost_usd, found.call_ids) == ((0, 0), 0, ())
    assert client.log.calls().empty


@pytest.mark.parametrize(("texts", "words"), [(["a", ""], "text 1 is ''"), ([b"a"], "text 0 is b'a'")])
async def test_an_empty_text_is_refused_before_anything_is_sent(
    texts: Any, words: str, client: Client
) -> None:
    with pytest.raises(ConfigError, match=words):
        await client.embed("sim/swift", texts)
    assert client.log.calls().empty


async def test_a_provider_without_embeddings_is_told_from_those_that_have_them(client: Client) -> None:
    with pytest.raises(
        ConfigError, match=r"sim has no embeddings where it speaks anthropic: ask one of .*openai"
    ):
        await client.embed("sim/sage", "text")  # at home in Anthropic's protocol
    with pytest.raises(
        ConfigError, match="sim has no text completions where it speaks anthropic: ask one of"
    ):
        await client.complete("sim/sage", "Once upon a time")


async def test_the_error_of_a_batch_is_that_of_the_call(client: Client, steered: Steered) -> None:
    await steered.fault("rate_limit", model="swift")
    with pytest.raises(RateLimitError):
        await client.embed("sim/swift", TEXTS)
    assert list(client.log.calls()["status"]) == ["error"]


@pytest.mark.parametrize(
    ("vectors", "words"),
    [([[1.0, 0.0]], "1 vectors for 2 texts"), ([[1.0, 0.0], [1.0]], "vectors of different lengths")],
)
async def test_fewer_vectors_than_texts_are_not_taken_for_an_answer(
    vectors: list[list[float]], words: str, tmp_path: Path
) -> None:
    async def short(request: web.Request) -> web.Response:
        data = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]
        return web.json_response({"data": data, "model": "small"})

    settings = Settings(project=tmp_path, values={})
    async with serving(short) as url, Client(tmp_path / "home", settings=settings) as client:
        with pytest.raises(UnreadableError, match=words):
            await client.embed("small", ["a", "b"], base_url=url)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_a_text_is_gone_on_with(client: Client, stream: bool) -> None:
    asked = await client.complete("sim/swift", "Tell me about the sea.", max_tokens=8, stream=stream)
    assert asked.finish_reason == "length"
    assert asked.usage.output_tokens == 8
    assert asked.text == (await client.chat("sim/swift", "Tell me about the sea.", max_tokens=8)).text
    row = client.log.call(str(asked.call_id))
    assert (row["operation"], row["protocol"], row["text"]) == ("complete", "openai_completions", asked.text)
    assert (asked.timing.ttft_s is not None) == stream


async def test_an_observer_of_a_completion_sees_it_grow(client: Client) -> None:
    seen: list[str] = []
    asked = await client.complete(
        "sim/swift", "Tell me about the sea.", max_tokens=5, on_chunk=lambda chunk: seen.append(chunk.text)
    )
    assert len(list(filter(None, seen))) == 5
    assert "".join(seen) == asked.text
