"""Chat over each protocol: what comes back, what is sent, what is logged."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import ANSWER, Steered, serving

from workbench import Chunk, Image, Message
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.simulator.models import MODELS
from workbench.simulator.tokens import tokens

# One model at home in each protocol, and its time to first token.
MODEL_OF = {"openai": "swift", "anthropic": "sage", "ollama": "local"}
every_protocol = pytest.mark.parametrize("protocol", MODEL_OF)
streaming_or_not = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


@every_protocol
@streaming_or_not
async def test_an_answer_has_text_usage_cost_and_model(client: Client, protocol: str, stream: bool) -> None:
    model = next(model for model in MODELS if model.name == MODEL_OF[protocol])
    assert model.protocol == protocol
    answer = await client.chat(f"sim/{model.name}", "What is the capital of Norway?", stream=stream)
    assert answer.text
    assert answer.finish_reason == "stop"
    assert answer.usage.input_tokens == len(tokens("What is the capital of Norway?"))
    assert answer.usage.output_tokens == len(tokens(answer.text))
    price = (
        answer.usage.input_tokens * model.input_usd_per_mtok
        + answer.usage.output_tokens * model.output_usd_per_mtok
    ) / 1_000_000
    assert answer.cost_usd == price
    assert answer.price_version == "the provider's row"
    assert (answer.provider, answer.model, answer.served_model) == ("sim", model.name, model.name)
    assert answer.name == f"sim/{model.name}"
    assert not answer.cached
    assert len(answer.attempts) == 1
    assert answer.raw


@every_protocol
async def test_a_stream_is_timed_to_its_first_token_and_a_whole_answer_is_not(
    client: Client, protocol: str
) -> None:
    model = next(model for model in MODELS if model.name == MODEL_OF[protocol])
    ask = {"messages": "Tell me about the sea.", "max_tokens": 8}
    streamed = (await client.chat(f"sim/{model.name}", stream=True, **ask)).timing
    assert streamed.ttft_s is not None
    assert streamed.duration_s is not None
    # The eighth token is due seven token times after the first.
    assert streamed.duration_s >= model.ttft_s + 7 / model.tokens_per_s
    assert model.ttft_s <= streamed.ttft_s < streamed.duration_s
    assert streamed.ttfv_s == streamed.ttft_s
    whole = (await client.chat(f"sim/{model.name}", **ask)).timing
    assert (whole.ttft_s, whole.ttfv_s) == (None, None)
    assert whole.duration_s is not None
    assert whole.duration_s >= model.ttft_s + 7 / model.tokens_per_s
    assert (whole.queued_s < 0.05, whole.waited_s) == (True, 0.0)


@every_protocol
async def test_an_observer_sees_the_text_grow_to_the_whole_answer(client: Client, protocol: str) -> None:
    seen: list[Chunk] = []
    answer = await client.chat(
        f"sim/{MODEL_OF[protocol]}", "Tell me about the sea.", max_tokens=12, on_chunk=seen.append
    )
    texts = [chunk.text for chunk in seen if chunk.text]
    assert len(texts) == 12
    assert "".join(texts) == answer.text
    assert answer.finish_reason == "length"


async def test_an_observer_of_a_server_that_does_not_stream_sees_the_answer_at_once(tmp_path: Path) -> None:
    async def whole(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    seen: list[Chunk] = []
    async with serving(whole) as url, plain(tmp_path) as client:
        answer = await client.chat("small", "?", base_url=url, on_chunk=seen.append)
    [chunk] = seen
    assert (chunk.text, chunk.usage, chunk.finish_reason) == (answer.text, answer.usage, "stop")
    assert answer.timing.ttft_s is None


async def test_parameters_reach_the_server_and_absent_ones_do_not(client: Client, steered: Steered) -> None:
    await client.chat(
        "sim/swift",
        "mark-parameters",
        system="Be brief.",
        temperature=0,
        max_tokens=3,
        stop="END",
        seed=0,
        extra={"logprobs": True},
    )
    request = await steered.last_request("mark-parameters")
    assert request["body"] == {
        "model": "swift",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "mark-parameters"},
        ],
        "temperature": 0,
        "max_tokens": 3,
        "stop": ["END"],
        "seed": 0,
        "logprobs": True,
    }
    assert request["headers"]["user-agent"] == "llm-workbench"
    assert request["headers"]["accept-encoding"] == "gzip, deflate"
    assert request["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize(
    "messages",
    [
        "mark-forms",
        Message(role="user", content="mark-forms"),
        {"role": "user", "content": "mark-forms"},
        [{"role": "user", "content": "mark-forms"}],
        (Message(role="user", content="mark-forms"),),
    ],
)
async def test_a_question_can_be_written_in_five_ways(
    messages: Any, client: Client, steered: Steered
) -> None:
    await client.chat("sim/swift", messages)
    request = await steered.last_request("mark-forms")
    assert request["body"]["messages"] == [{"role": "user", "content": "mark-forms"}]


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "give a text, or at least one turn"),
        (["hi"], "not a message: 'hi'"),
        ([{"role": "bot", "content": "hi"}], "one of system, user, assistant, tool"),
        ([{"role": "user", "content": [7]}], r"no part of a turn: 7: write a text, workbench\.Image"),
        ([{"role": "user", "content": 7}], "workbench.Message for anything else"),
        ([Image(url="https://example.org/a.png"), b"hi"], "no part of a turn: b'hi'"),
        ([{"role": "user", "content": "hi", "name": "Eve"}], "'name': 'Eve'"),
        ([{"role": "user"}], "not a message"),
    ],
)
async def test_what_is_no_message_is_refused_before_anything_is_sent(
    messages: Any, words: str, client: Client
) -> None:
    with pytest.raises(ConfigError, match=words):
        await client.chat("sim/swift", messages)
    assert client.log.calls().empty


async def test_an_answer_is_in_the_log_when_it_is_returned(client: Client) -> None:
    answer = await client.chat("sim/swift", "What is the capital of Peru?", stream=True)
    [row] = client.log.calls().to_dict("records")
    assert str(row["id"]) == str(answer.call_id)
    assert (row["status"], row["provider"], row["model"]) == ("ok", "sim", "swift")
    assert (row["text"], row["output_tokens"]) == (answer.text, answer.usage.output_tokens)
    assert Decimal(str(row["cost_usd"])) == answer.cost_usd
    assert row["duration_s"] == pytest.approx(answer.timing.duration_s)
    assert row["ttft_s"] == pytest.approx(answer.timing.ttft_s)


async def test_bound_marks_are_in_the_row_and_bind_does_not_change_the_client(client: Client) -> None:
    bound = client.bind(experiment="e1", run="r1", sample="s1", epoch=0, team="blue")
    again = bound.bind(sample="s2", phase="late")
    await again.chat("sim/swift", "What is 1 plus 3?", tags={"team": "red"})
    [row] = client.log.calls().to_dict("records")
    assert (row["experiment"], row["run"], row["sample"], row["epoch"]) == ("e1", "r1", "s2", 0)
    assert dict(row["tags"]) == {"team": "red", "phase": "late"}
    await client.chat("sim/swift", "What is 1 plus 3?")
    assert client.log.calls(where="experiment IS NULL").shape[0] == 1
    assert "experiment='e1'" in repr(bound)
    assert "experiment" not in repr(client)


async def test_a_bare_name_goes_to_the_default_provider(tmp_path: Path, simulated: Settings) -> None:
    settings = Settings(project=tmp_path, values={**simulated.values, "LLM_PROVIDER": "sim"})
    async with Client(home=tmp_path / "home", settings=settings) as client:
        answer = await client.chat("swift", "What is the capital of Cuba?")
        assert client.full_name("swift") == "sim/swift"
    assert answer.name == "sim/swift"


async def test_any_compatible_server_can_be_asked_by_its_url_and_key(tmp_path: Path) -> None:
    seen: list[tuple[str, str | None]] = []

    async def small(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("authorization")))
        return web.json_response(ANSWER)

    async with serving(small) as url, plain(tmp_path) as client:
        answer = await client.chat("org/small", "?", base_url=f"{url}/v1/", api_key="key-of-this-call")
        await client.chat("org/small", "?", base_url=f"{url}/v1")
    assert seen == [("/v1/chat/completions", "Bearer key-of-this-call"), ("/v1/chat/completions", None)]
    assert (answer.text, answer.provider, answer.model) == ("Oslo", url.removeprefix("http://"), "org/small")
    assert answer.served_model == "small-1"
    assert answer.cost_usd is None  # what an unknown server takes is not known, and not 0


async def test_models_are_listed(client: Client, steered: Steered) -> None:
    listed = await client.models("sim")
    assert {model.id for model in listed} >= {"swift", "steady", "sage", "local"}
    assert await client.models("sim") == listed
    with pytest.raises(ConfigError, match="unknown provider 'smi': did you mean 'sim'"):
        await client.models("smi")


async def test_reachable_providers_are_the_servers_that_answer(tmp_path: Path, simulated: Settings) -> None:
    nowhere = {
        f"{name}_BASE_URL": "http://127.0.0.1:9" for name in ("OLLAMA", "LMSTUDIO", "VLLM", "LLAMACPP")
    }
    keyed = {"GROQ_API_KEY": "gsk-0123456789", "GROQ_BASE_URL": "http://127.0.0.1:9"}
    settings = Settings(project=tmp_path, values={**simulated.values, **nowhere, **keyed})
    async with Client(home=tmp_path / "home", settings=settings) as client:
        found = {each.provider: each for each in await client.reachable() if ":" not in each.provider}
    # Those that were given an address or a key are missed; local ones at their usual places would not be.
    assert {name for name, each in found.items() if each.problem} == {
        *("ollama", "lmstudio", "vllm", "llamacpp", "groq")
    }
    assert found["sim"].suggested == ("sim/swift", "sim/steady", "sim/sage", "sim/local")
    assert found["sim"].problem == ""
    assert "nothing answers" in found["groq"].problem


@pytest.mark.parametrize("numbers", [{"concurrency": 0}, {"attempts": 0}])
def test_a_client_that_could_never_call_is_refused(tmp_path: Path, numbers: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        Client(home=tmp_path, settings=Settings(project=tmp_path, values={}), **numbers)


def plain(folder: Path) -> Client:
    return Client(home=folder / "home", settings=Settings(project=folder, values={}), attempts=1)


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])  # Ollama gives no ids
async def test_the_row_of_an_answer_has_the_providers_id_of_the_request(
    client: Client, protocol: str
) -> None:
    await client.chat(f"sim/{MODEL_OF[protocol]}", "What is the capital of Norway?")
    (request_id,) = client.log.calls()["request_id"]
    assert request_id.startswith("req_")
