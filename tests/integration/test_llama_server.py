"""A real model server that nobody here wrote: llama.cpp's, with a model that is made for these tests."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from pathlib import Path

import pytest
from project import Project, errors_in
from servers import LlamaServer, free_port, running

from workbench import Client
from workbench.calls import Chunk
from workbench.config import Settings
from workbench.errors import AuthenticationError, ContextLengthError, InvalidRequestError

pytestmark = pytest.mark.server

QUESTION = "What is six times seven?"
NAMES = ["llamacpp/tiny", "anthropic/tiny"]  # the same model over two protocols


def client_of(url: str, home: Path, key: str = "none") -> Client:
    values = {
        "LLAMACPP_BASE_URL": f"{url}/v1",
        "LLAMACPP_API_KEY": key,
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": key,
    }
    return Client(home, settings=Settings(project=home.parent, values=values), attempts=2)


@pytest.fixture
def client(llama_server: LlamaServer, project: Project) -> Client:
    return client_of(llama_server.url, project.home)


@pytest.mark.parametrize("model", NAMES)
async def test_it_answers_and_the_row_has_what_it_said(model: str, client: Client) -> None:
    answer = await client.chat(model, QUESTION, temperature=0, max_tokens=50)
    assert answer.text == "The answer is 42."
    assert (answer.finish_reason, answer.served_model) == ("stop", "tiny")
    assert answer.usage.input_tokens
    assert answer.usage.output_tokens
    assert answer.timing.ttft_s is None
    (row,) = client.log.calls().itertuples()
    assert (str(row.id), row.status, row.text) == (str(answer.call_id), "ok", answer.text)
    assert (row.input_tokens, row.output_tokens) == (answer.usage.input_tokens, answer.usage.output_tokens)


@pytest.mark.parametrize("model", NAMES)
async def test_a_stream_folds_to_the_answer_that_comes_at_once(model: str, client: Client) -> None:
    whole = await client.chat(model, QUESTION, temperature=0, max_tokens=50)
    stream = client.stream(model, QUESTION, temperature=0, max_tokens=50)
    pieces = [chunk.text async for chunk in stream if chunk.text]
    folded = stream.completion
    assert folded is not None
    assert len(pieces) > 1
    assert "".join(pieces) == folded.text == whole.text
    assert folded.finish_reason == whole.finish_reason
    assert folded.usage.input_tokens == whole.usage.input_tokens
    assert folded.usage.output_tokens == whole.usage.output_tokens
    assert folded.timing.ttft_s is not None
    assert folded.timing.duration_s is not None
    assert 0 < folded.timing.ttft_s <= folded.timing.duration_s


async def test_both_protocols_count_the_same_tokens(client: Client) -> None:
    one, two = [await client.chat(model, QUESTION, temperature=0, max_tokens=50) for model in NAMES]
    assert one.text == two.text
    assert (one.usage.input_tokens, one.usage.output_tokens) == (
        two.usage.input_tokens,
        two.usage.output_tokens,
    )


@pytest.mark.parametrize("model", NAMES)
async def test_the_tokens_that_it_counts_beforehand_are_those_of_the_answer(
    model: str, client: Client
) -> None:
    counted = await client.count_tokens(model, QUESTION, exact=True)
    answer = await client.chat(model, QUESTION, temperature=0, max_tokens=3)
    assert counted.exact
    assert counted.tokens == answer.usage.input_tokens


@pytest.mark.parametrize("model", NAMES)
async def test_an_answer_that_is_cut_at_max_tokens_says_so(model: str, client: Client) -> None:
    answer = await client.chat(model, QUESTION, temperature=0, max_tokens=3)
    assert (answer.finish_reason, answer.usage.output_tokens) == ("length", 3)


async def test_it_lists_its_model_with_the_length_of_its_context(client: Client) -> None:
    (model,) = await client.models("llamacpp")
    assert (model.id, model.context_tokens) == ("tiny", 4096)


@pytest.mark.parametrize("model", NAMES)
async def test_a_prompt_that_does_not_fit_is_a_context_length_error(model: str, client: Client) -> None:
    with pytest.raises(ContextLengthError) as failed:
        await client.chat(model, "word " * 9_000, max_tokens=5)
    assert failed.value.status == 400
    assert not failed.value.retryable
    (row,) = client.log.calls().itertuples()
    assert (row.status, row.error_type) == ("error", "ContextLengthError")


async def test_a_parameter_that_it_cannot_read_is_an_invalid_request(client: Client) -> None:
    with pytest.raises(InvalidRequestError):
        await client.chat("llamacpp/tiny", QUESTION, extra={"temperature": "hot"})


@pytest.mark.parametrize("model", NAMES)
async def test_a_stream_that_is_left_half_way_stops_the_server_and_is_an_interrupted_row(
    model: str, llama_server: LlamaServer, project: Project, tmp_path: Path
) -> None:
    seen: list[Chunk] = []
    arrived = asyncio.Event()

    def watch(chunk: Chunk) -> None:
        seen.append(chunk)
        if len(seen) > 4:
            arrived.set()

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    endless = [*llama_server.command, str(port), "--ignore-eos"]  # over any protocol
    with running(endless, url=f"{url}/health", log=tmp_path / "log"):
        client = client_of(url, project.home)
        call = asyncio.create_task(client.chat(model, QUESTION, max_tokens=4_000, on_chunk=watch))
        await arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        client.recorder.flush()
        (row,) = client.log.calls().itertuples()
        assert row.status == "interrupted"
        assert row.text.startswith("".join(chunk.text for chunk in seen[:5]))
        deadline = time.monotonic() + 20
        while any(slot["is_processing"] for slot in await asyncio.to_thread(slots, url)):
            assert time.monotonic() < deadline, "the server still generates"


def slots(url: str) -> list[dict[str, object]]:
    with urllib.request.urlopen(f"{url}/slots") as answer:
        found: list[dict[str, object]] = json.load(answer)
        return found


async def test_more_calls_than_it_has_slots_are_all_answered(client: Client) -> None:
    answers = await asyncio.gather(
        *(client.chat(NAMES[n % 2], f"Question {n}?", max_tokens=20) for n in range(20))
    )
    assert {str(answer.call_id) for answer in answers} == {str(id_) for id_ in client.log.calls()["id"]}


@pytest.mark.parametrize("model", NAMES)
async def test_a_wrong_key_is_refused_and_stands_nowhere(
    model: str, llama_server: LlamaServer, project: Project, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    right, wrong = "sk-canary-right-4711", "sk-canary-wrong-0815"
    command = [*llama_server.command, str(port), "--api-key", right]
    with running(command, url=f"{url}/health", log=tmp_path / "log"):
        client = client_of(url, project.home, key=right)
        assert (await client.chat(model, QUESTION, max_tokens=5)).text
        with pytest.raises(AuthenticationError, match=r"set [A-Z]+_API_KEY") as refused:
            await client_of(url, project.home, key=wrong).chat(model, QUESTION, max_tokens=5)
    assert refused.value.status == 401
    client.recorder.close()
    rows = client.log.calls().to_csv()
    assert "AuthenticationError" in rows
    for key in (right, wrong):
        assert key not in rows + str(refused.value) + refused.value.body + repr(refused.value.__dict__)
        assert project.holds(key) == []


def test_the_main_job_finds_the_server_and_reports_on_it(llama_server: LlamaServer, project: Project) -> None:
    said = project.workbench("compare", "--limit", "10", LLAMACPP_BASE_URL=f"{llama_server.url}/v1")
    assert (said.code, said.err.count("Traceback")) == (0, 0), said.err
    assert "Comparing llamacpp/tiny" in said.out
    assert "simulated" not in said.out
    (experiment,) = project.experiments()
    assert project.statuses(experiment) == {"ok": 10}
    assert len(project.log.scores(experiment=experiment)) == 10
    folder = project.home / "reports" / experiment
    assert errors_in(folder / "10_compare.ipynb") == []
    page = (folder / "10_compare.html").read_text(encoding="utf-8")
    assert "llamacpp/tiny" in page
    assert "simulated models" not in page


def test_it_is_compared_with_a_simulated_model_by_name(llama_server: LlamaServer, simulated: Project) -> None:
    said = simulated.workbench(
        *(
            "compare",
            "-m",
            "llamacpp/tiny",
            "-m",
            "sim/swift",
            "--limit",
            "5",
            "--epochs",
            "2",
            "--no-report",
        ),
        LLAMACPP_BASE_URL=f"{llama_server.url}/v1",
    )
    assert said.code == 0, said.err
    calls = simulated.log.calls()
    assert calls.groupby("provider").size().to_dict() == {"llamacpp": 10, "sim": 10}
    assert (calls["cost_usd"][calls["provider"] == "llamacpp"] == 0).all()
