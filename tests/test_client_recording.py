"""An experiment answered from the log: nothing is sent, and everything is as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from aiohttp import web
from served import ANSWER, Steered, sent_event, serving

from workbench.analysis.results import results, summary
from workbench.calls import Chunk
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import AuthenticationError, ConfigError, RateLimitError
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.experiment import Experiment
from workbench.evals.runs import evaluate
from workbench.evals.scorers import SCORERS, Answer
from workbench.evals.start import find_models

MODELS = ["sim/swift", "sim/local"]
NOWHERE = "http://127.0.0.1:9"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path).take(6)


def replaying(of: Client, experiment: str, **values: str) -> Client:
    """A client of the same log to which no server can be reached, and which has no key."""
    settings = Settings(project=of.home, values={"SIM_BASE_URL": NOWHERE, **values})
    return Client(home=of.home, settings=settings, replay=experiment)


def rows(client: Client) -> dict[str, int]:
    return {table: len(client.log.sql(f"SELECT id FROM {table}")) for table in ("calls", "runs", "scores")}


async def asked(client: Client, dataset: Dataset, **options: Any) -> Experiment:
    return await evaluate(client, MODELS, dataset, epochs=2, temperature=0.5, **options)


async def test_an_evaluation_is_the_same_again_and_writes_nothing(client: Client, dataset: Dataset) -> None:
    first = await asked(client, dataset)
    before, frame = rows(client), results(client.log, first.id)

    replay = replaying(client, first.id)
    again = await asked(replay, dataset)

    assert again == first
    assert rows(client) == before
    pd.testing.assert_frame_equal(results(replay.log, again.id), frame)
    pd.testing.assert_frame_equal(summary(results(replay.log, again.id)), summary(frame))


async def test_each_answer_has_its_own_times_cost_and_row(client: Client, dataset: Dataset) -> None:
    first = await asked(client, dataset)
    replay = replaying(client, first.id)
    for row in client.log.calls(experiment=first.id).to_dict("records"):
        sample = next(sample for sample in dataset if sample.id == row["sample"])
        bound = replay.bind(
            experiment=first.id, run=row["run"], sample=row["sample"], epoch=int(row["epoch"])
        )
        answer = await bound.chat(
            f"sim/{row['model']}", sample.input, temperature=0.5, stream=bool(row["epoch"])
        )
        assert str(answer.call_id) == str(row["id"])
        assert (answer.text, answer.timing.duration_s, answer.timing.ttft_s) == (
            row["text"],
            row["duration_s"],
            row["ttft_s"],
        )
        assert float(answer.cost_usd or 0) == float(row["cost_usd"])
        given = client.log.scores(where=f"call_id = '{row['id']}'").iloc[0]
        again = await SCORERS[str(sample.scorer)].score(
            Answer(text=answer.text, sample=sample, client=replay)
        )
        assert (again.value, again.label) == (given["value"], given["label"])


async def test_a_failed_call_fails_again_in_the_same_words(client: Client, steered: Steered) -> None:
    bound = client.bind(experiment="e1")
    await steered.fault("quota", model="swift")
    with pytest.raises(RateLimitError) as first:
        await bound.chat("sim/swift", "What is the capital of Peru?")

    with pytest.raises(RateLimitError) as again:
        await replaying(client, "e1").bind(experiment="e1").chat("sim/swift", "What is the capital of Peru?")

    old, new = first.value, again.value
    assert str(new) == str(old)
    assert (new.status, new.provider, new.model, new.request_id) == (429, "sim", "swift", old.request_id)
    assert [attempt.error for attempt in new.attempts] == ["RateLimitError"]
    assert new.timing == old.timing


async def test_a_request_that_is_not_in_the_log_is_refused_and_named(client: Client) -> None:
    await client.bind(experiment="e1", sample="s1", epoch=0).chat("sim/swift", "Hello", seed=1)
    replay = replaying(client, "e1").bind(experiment="e1", sample="s1", epoch=0)
    assert (await replay.chat("sim/swift", "Hello", seed=1)).text
    for call in (
        replay.chat("sim/swift", "Hello"),
        replay.chat("sim/swift", "Hello", seed=2),
        replay.chat("sim/local", "Hello", seed=1),
        replay.bind(epoch=1).chat("sim/swift", "Hello", seed=1),
        replay.bind(sample="s2").chat("sim/swift", "Hello", seed=1),
    ):
        with pytest.raises(
            ConfigError, match=r"sim/\w+: sample 's\d', epoch \d is not in the log of experiment 'e1'"
        ):
            await call
    assert len(client.log.calls()) == 1


async def test_outside_the_experiment_the_kth_request_gets_the_kth_answer(tmp_path: Path) -> None:
    numbers = iter(range(9))

    async def counting(request: web.Request) -> web.Response:
        message = {"role": "assistant", "content": f"answer {next(numbers)}"}
        return web.json_response(ANSWER | {"choices": [{"index": 0, "message": message}]})

    settings = Settings(project=tmp_path, values={})
    async with serving(counting) as url, Client(home=tmp_path / "home", settings=settings) as client:
        await client.bind(experiment="e1").chat("small", "?", base_url=url)
        first = [await client.chat("small", "?", base_url=url) for _ in range(3)]
        await client.chat("small", "other", base_url=url)
    replay = Client(home=tmp_path / "home", settings=settings, replay="e1")
    again = [await replay.chat("small", "?", base_url=url) for _ in range(3)]
    assert [answer.text for answer in again] == ["answer 1", "answer 2", "answer 3"]
    assert [answer.call_id for answer in again] == [answer.call_id for answer in first]
    with pytest.raises(
        ConfigError, match="this request is not in the log of experiment 'e1', or not as often"
    ):
        await replay.chat("small", "?", base_url=url)
    provider = url.removeprefix("http://")
    assert (await replay.chat(f"{provider}/small", "other", base_url=url)).text == "answer 4"


async def test_an_observer_sees_the_chunks_of_then(client: Client) -> None:
    then: list[Chunk] = []
    now: list[Chunk] = []
    whole: list[Chunk] = []
    bound = client.bind(experiment="e1")
    answer = await bound.chat("sim/sage", "Tell me about the sea.", max_tokens=9, on_chunk=then.append)
    await bound.chat("sim/swift", "Hello", max_tokens=3)
    replay = replaying(client, "e1").bind(experiment="e1")

    again = await replay.chat("sim/sage", "Tell me about the sea.", max_tokens=9, on_chunk=now.append)
    await replay.chat("sim/swift", "Hello", max_tokens=3, on_chunk=whole.append)

    assert now == then
    assert len(now) > 9
    assert replace(again, attempts=answer.attempts) == answer  # the log keeps no status of one that succeeded
    assert len(whole) == 1


async def test_what_had_arrived_of_a_broken_stream_comes_again(tmp_path: Path) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(sent_event("Os"))
        await response.write(b'data: {"error": {"message": "no more", "code": "server_error"}}\n\n')
        return response

    async def ask(client: Client, base_url: str) -> tuple[str, list[str]]:
        seen: list[Chunk] = []
        with pytest.raises(Exception, match="no more") as failed:
            await client.bind(experiment="e1").chat("small", "?", base_url=base_url, on_chunk=seen.append)
        assert failed.value.partial.text == "Os"
        return repr(failed.value), [chunk.text for chunk in seen]

    settings = Settings(project=tmp_path, values={})
    client = Client(home=tmp_path / "home", settings=settings, attempts=1)
    async with serving(broken) as url, client:
        first = await ask(client, url)
    assert await ask(Client(home=tmp_path / "home", settings=settings, replay="e1"), url) == first
    assert first[1] == ["Os"]


async def test_a_resumed_experiment_gives_the_answer_that_came_later(
    client: Client, steered: Steered
) -> None:
    bound = client.bind(experiment="e1", sample="s1", epoch=0)
    await steered.fault("quota", model="swift")
    with pytest.raises(RateLimitError):
        await bound.chat("sim/swift", "Hello")
    answer = await bound.chat("sim/swift", "Hello")

    replay = replaying(client, "e1").bind(experiment="e1", sample="s1", epoch=0)

    for _ in range(2):  # a cell of a notebook may run twice
        assert (await replay.chat("sim/swift", "Hello")).call_id == answer.call_id


async def test_models_are_found_without_network_or_key(client: Client, dataset: Dataset) -> None:
    first = await asked(client, dataset)
    replay = replaying(client, first.id)
    assert [each.provider for each in await replay.reachable()] == ["sim"]
    assert (await find_models(replay)).models == tuple(MODELS)
    assert str(await find_models(replay)) == str(await find_models(replay, [])) != ""
    assert (await find_models(replay, ["sim/local"])).models == ("sim/local",)
    assert {model.id for model in await replay.models("sim")} == {"swift", "local"}
    assert replay.full_name("sim:swift") == "sim/swift"


async def test_no_key_is_needed(tmp_path: Path) -> None:
    async def groq(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async with serving(groq) as url:
        keyed = Settings(project=tmp_path, values={"GROQ_API_KEY": "gsk-0123456789", "GROQ_BASE_URL": url})
        async with Client(home=tmp_path / "home", settings=keyed) as client:
            await client.bind(experiment="e1").chat("groq/small", "?")
    replay = replaying(client, "e1")
    assert replay.full_name("groq/small") == "groq/small"
    assert (await replay.bind(experiment="e1").chat("groq/small", "?")).text == "Oslo"


async def test_a_model_that_was_given_up_is_given_up_again(tmp_path: Path, dataset: Dataset) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": {"message": "wrong key"}}, status=401)

    async with serving(refuse) as url:
        keyed = Settings(project=tmp_path, values={"GROQ_API_KEY": "gsk-0123456789", "GROQ_BASE_URL": url})
        async with Client(home=tmp_path / "home", settings=keyed, concurrency=2) as client:
            first = await evaluate(client, ["groq/small"], dataset)
    again = await evaluate(replaying(client, first.id), ["groq/small"], dataset)
    [sample, *_] = dataset
    # How many had been asked when it was given up is a matter of chance.
    assert (again.id, again.problems) == (first.id, first.problems)
    assert list(again.problems) == ["groq/small"]
    with pytest.raises(AuthenticationError):
        await (
            replaying(client, first.id)
            .bind(experiment=first.id, sample=sample.id, epoch=0)
            .chat("groq/small", sample.input)
        )


async def test_other_data_epochs_or_names_are_refused(client: Client, dataset: Dataset) -> None:
    first = await asked(client, dataset)
    replay = replaying(client, first.id)
    with pytest.raises(ConfigError, match=r"asked 6 samples of 'questions' 2 times, not 5 of 'questions'"):
        await asked(replay, dataset.take(5))
    with pytest.raises(ConfigError, match="1 times, or these are others"):
        await evaluate(replay, MODELS, dataset, temperature=0.5)
    with pytest.raises(ConfigError, match=f"replays experiment '{first.id}', not 'another'"):
        await asked(replay, dataset, experiment="another")
    with pytest.raises(ConfigError, match="is not in the log of experiment"):
        await evaluate(replay, MODELS, dataset, epochs=2, temperature=0.6)


async def test_an_experiment_is_named_by_its_beginning_or_by_the_setting(client: Client) -> None:
    for name in ("e1-first", "e1-second", "e2"):
        await client.bind(experiment=name).chat("sim/swift", "Hello", max_tokens=1)
    recording = replaying(client, "e1-f").recording
    assert recording is not None
    assert recording.experiment == "e1-first"
    settings = Settings(project=client.home, values={"WORKBENCH_REPLAY": "e2"})
    replay = Client(home=client.home, settings=settings)
    assert replay.recording is not None
    assert replay.recording.experiment == "e2"
    with pytest.raises(ConfigError, match="several experiments begin with 'e1': e1-first, e1-second"):
        replaying(client, "e1")
    with pytest.raises(ConfigError, match="no experiment 'e3' in the log to replay"):
        replaying(client, "e3")


async def test_a_replay_sends_no_call_again(client: Client) -> None:
    answer = await client.bind(experiment="e1").chat("sim/swift", "Hello", max_tokens=1)
    with pytest.raises(ConfigError, match="answers from experiment 'e1' and asks nobody"):
        await replaying(client, "e1").replay(str(answer.call_id))


async def test_an_answer_that_was_pruned_is_missed_and_not_empty(client: Client) -> None:
    bound = client.bind(experiment="e1")
    await bound.chat("sim/swift", "Hello", max_tokens=1)
    client.log.prune(where="true", bodies=True)
    await bound.chat("sim/swift", "Good morning", max_tokens=1)
    replay = replaying(client, "e1").bind(experiment="e1")
    with pytest.raises(ConfigError, match="was pruned from the log; a replay asks nobody"):
        await replay.chat("sim/swift", "Hello", max_tokens=1)
    assert (await replay.chat("sim/swift", "Good morning", max_tokens=1)).text


async def test_an_answer_that_the_log_gave_then_is_given_whole(client: Client) -> None:
    first = await client.chat("sim/swift", "Hello", stream=True)
    bound = client.bind(experiment="e1")
    cached = await bound.chat("sim/swift", "Hello", stream=True, cache=True)
    assert cached.cached
    seen: list[Chunk] = []

    again = (
        await replaying(client, "e1").bind(experiment="e1").chat("sim/swift", "Hello", on_chunk=seen.append)
    )

    assert (again.call_id, again.source_id, again.cached) == (cached.call_id, first.call_id, True)
    assert (again.text, again.usage, again.cost_usd, again.timing) == (
        cached.text,
        cached.usage,
        cached.cost_usd,
        cached.timing,
    )
    assert "".join(chunk.text for chunk in seen) == first.text
