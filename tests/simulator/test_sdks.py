"""The official SDKs understand the simulator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import anthropic
import ollama
import openai
import pytest

from workbench.simulator import MODELS, Simulator

NAMES = [model.name for model in MODELS]
HELLO = "Tell me something about the sea."
CAPITAL = "What is the capital of Norway?"


@pytest.fixture
def oai(simulator: Simulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{simulator.url}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def ant(simulator: Simulator) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=simulator.url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def oll(simulator: Simulator) -> Iterator[ollama.Client]:
    with ollama.Client(host=simulator.url) as client:
        yield client


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]


def test_openai_streams_what_it_says_at_once(oai: openai.OpenAI) -> None:
    whole = oai.chat.completions.create(model="swift", messages=user(HELLO))
    chunks = list(
        oai.chat.completions.create(
            model="swift", messages=user(HELLO), stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert whole.choices[0].finish_reason == "stop"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert whole.usage is not None
    assert 40 <= whole.usage.completion_tokens <= 120
    assert whole._request_id is not None


def test_openai_reports_usage_of_a_stream_only_when_asked(oai: openai.OpenAI) -> None:
    chunks = list(oai.chat.completions.create(model="swift", messages=user(CAPITAL), stream=True))
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


def test_openai_cuts_at_max_tokens(oai: openai.OpenAI) -> None:
    old = oai.chat.completions.create(model="swift", messages=user(HELLO), max_tokens=5)
    new = oai.chat.completions.create(model="swift", messages=user(HELLO), max_completion_tokens=5)
    assert old.choices[0] == new.choices[0]
    assert old.choices[0].finish_reason == "length"
    assert old.usage is not None
    assert old.usage.completion_tokens == 5


def test_openai_takes_messages_in_parts(oai: openai.OpenAI) -> None:
    parts = [{"role": "user", "content": [{"type": "text", "text": CAPITAL}]}]
    as_parts = oai.chat.completions.create(model="swift", messages=parts)
    as_text = oai.chat.completions.create(model="swift", messages=[{"role": "user", "content": CAPITAL}])
    assert as_parts.choices[0] == as_text.choices[0]
    assert as_parts.usage == as_text.usage


def test_the_seed_of_a_request_is_another_throw(oai: openai.OpenAI, oll: ollama.Client) -> None:
    def said(seed: int) -> str | None:
        answer = oai.chat.completions.create(model="swift", messages=user(HELLO), seed=seed)
        return answer.choices[0].message.content

    assert said(1) == said(1) != said(2)
    assert oll.chat(model="swift", messages=user(HELLO), options={"seed": 1}).message.content == said(1)


def test_anthropic_streams_what_it_says_at_once(ant: anthropic.Anthropic) -> None:
    messages = [{"role": "user", "content": HELLO}]
    whole = ant.messages.create(model="swift", max_tokens=500, system="Be brief.", messages=messages)
    with ant.messages.stream(model="swift", max_tokens=500, system="Be brief.", messages=messages) as stream:
        text = "".join(stream.text_stream)
        folded = stream.get_final_message()
    assert text == folded.content[0].text == whole.content[0].text
    assert folded.stop_reason == whole.stop_reason == "end_turn"
    assert folded.usage.input_tokens == whole.usage.input_tokens
    assert folded.usage.output_tokens == whole.usage.output_tokens
    assert whole._request_id is not None


def test_anthropic_cuts_at_max_tokens_and_names_the_stop_sequence(ant: anthropic.Anthropic) -> None:
    messages = [{"role": "user", "content": HELLO}]
    cut = ant.messages.create(model="swift", max_tokens=3, messages=messages)
    assert (cut.stop_reason, cut.usage.output_tokens) == ("max_tokens", 3)
    stopped = ant.messages.create(model="swift", max_tokens=500, messages=messages, stop_sequences=["."])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", ".")


def test_anthropic_of_2026_refuses_a_temperature_and_the_older_version_takes_it(
    ant: anthropic.Anthropic,
) -> None:
    def ask(version: str) -> anthropic.types.Message:
        return ant.messages.create(
            model="swift",
            max_tokens=5,
            messages=[{"role": "user", "content": HELLO}],
            extra_body={"temperature": 1.0},
            extra_headers={"anthropic-version": version},
        )

    assert ask("2023-06-01").usage.output_tokens == 5
    with pytest.raises(anthropic.BadRequestError, match="temperature"):
        ask("2026-10-21")


def test_ollama_streams_what_it_says_at_once(oll: ollama.Client) -> None:
    whole = oll.chat(model="local", messages=user(HELLO))
    lines = list(oll.chat(model="local", messages=user(HELLO), stream=True))
    assert "".join(line.message.content or "" for line in lines) == whole.message.content
    assert [line.done for line in lines] == [False] * (len(lines) - 1) + [True]
    assert lines[-1].done_reason == whole.done_reason == "stop"
    assert (lines[-1].prompt_eval_count, lines[-1].eval_count) == (whole.prompt_eval_count, whole.eval_count)
    assert whole.total_duration == whole.prompt_eval_duration + whole.eval_duration


def test_ollama_cuts_at_num_predict(oll: ollama.Client) -> None:
    cut = oll.chat(model="local", messages=user(HELLO), options={"num_predict": 4})
    assert (cut.done_reason, cut.eval_count) == ("length", 4)


def test_tokens_are_counted_alike_in_every_protocol(
    oai: openai.OpenAI, ant: anthropic.Anthropic, oll: ollama.Client
) -> None:
    one = oai.chat.completions.create(model="local", messages=user(CAPITAL)).usage
    two = ant.messages.create(
        model="local", max_tokens=99, system="Be brief.", messages=[{"role": "user", "content": CAPITAL}]
    ).usage
    three = oll.chat(model="local", messages=user(CAPITAL))
    assert one is not None
    assert (one.prompt_tokens, one.completion_tokens) == (two.input_tokens, two.output_tokens)
    assert (one.prompt_tokens, one.completion_tokens) == (three.prompt_eval_count, three.eval_count)
    # "Be brief." and "What is the capital of Norway?", of which capital and Norway? are two tokens each.
    assert one.prompt_tokens == 2 + 8


def test_every_protocol_lists_every_model(
    oai: openai.OpenAI, ant: anthropic.Anthropic, oll: ollama.Client
) -> None:
    assert [model.id for model in oai.models.list()] == NAMES
    assert [model.id for model in ant.models.list()] == NAMES
    assert [model.model for model in oll.list().models] == NAMES


def test_an_unknown_model_is_not_found_in_every_protocol(
    oai: openai.OpenAI, ant: anthropic.Anthropic, oll: ollama.Client
) -> None:
    with pytest.raises(openai.NotFoundError) as by_openai:
        oai.chat.completions.create(model="nobody", messages=user(HELLO))
    assert by_openai.value.code == "model_not_found"
    with pytest.raises(anthropic.NotFoundError) as by_anthropic:
        ant.messages.create(model="nobody", max_tokens=9, messages=[{"role": "user", "content": HELLO}])
    assert by_anthropic.value.type == "not_found_error"
    with pytest.raises(ollama.ResponseError, match="nobody") as by_ollama:
        oll.chat(model="nobody", messages=user(HELLO))
    assert by_ollama.value.status_code == 404


def test_a_wrong_key_is_refused_in_every_protocol_and_openai_echoes_its_ends(
    locked_simulator: Simulator,
) -> None:
    url, wrong = locked_simulator.url, "sk-wrong-key-of-somebody-1234"
    with openai.OpenAI(base_url=f"{url}/v1", api_key=wrong, max_retries=0) as oai:
        with pytest.raises(openai.AuthenticationError) as by_openai:
            oai.chat.completions.create(model="swift", messages=user(HELLO))
        with pytest.raises(openai.AuthenticationError):
            oai.models.list()
    assert by_openai.value.code == "invalid_api_key"
    assert "sk-wrong" in by_openai.value.message
    assert "1234" in by_openai.value.message
    assert wrong not in by_openai.value.message
    with (
        anthropic.Anthropic(base_url=url, api_key=wrong, max_retries=0) as ant,
        pytest.raises(anthropic.AuthenticationError),
    ):
        ant.messages.create(model="swift", max_tokens=9, messages=[{"role": "user", "content": HELLO}])
    with ollama.Client(host=url) as oll, pytest.raises(ollama.ResponseError, match="unauthorized"):
        oll.chat(model="swift", messages=user(HELLO))


def test_the_right_key_opens_every_protocol(locked_simulator: Simulator) -> None:
    url, key = locked_simulator.url, "sk-simulated-0123456789"
    with openai.OpenAI(base_url=f"{url}/v1", api_key=key) as oai:
        assert oai.chat.completions.create(model="swift", messages=user(CAPITAL)).choices
    with anthropic.Anthropic(base_url=url, api_key=key) as ant:
        assert ant.messages.create(
            model="swift", max_tokens=9, messages=[{"role": "user", "content": CAPITAL}]
        )
    with ollama.Client(host=url, headers={"Authorization": f"Bearer {key}"}) as oll:
        assert oll.chat(model="swift", messages=user(CAPITAL)).done


def test_a_rate_limit_is_retried_by_the_sdk_after_the_time_that_it_is_told(simulator: Simulator) -> None:
    with openai.OpenAI(base_url=f"{simulator.url}/v1", api_key="none", max_retries=1) as oai:
        fault = {"model": "swift", "fault": "rate_limit", "retry_after_ms": 20}
        oai.post(f"{simulator.url}/faults", body=fault, cast_to=object)
        assert oai.chat.completions.create(model="swift", messages=user(CAPITAL)).choices


async def test_a_fast_model_ends_before_a_slow_one_that_was_asked_first(simulator: Simulator) -> None:
    ended: list[str] = []
    async with openai.AsyncOpenAI(base_url=f"{simulator.url}/v1", api_key="none", max_retries=0) as oai:

        async def ask(model: str) -> None:
            stream = await oai.chat.completions.create(
                model=model, messages=user(HELLO), stream=True, max_tokens=40
            )
            async for _ in stream:
                pass
            ended.append(model)

        await asyncio.gather(ask("local"), ask("swift"))
    assert ended == ["swift", "local"]


def test_an_answer_takes_as_long_as_its_model_is_set_to_whether_it_streams_or_not(oai: openai.OpenAI) -> None:
    # 20 tokens of `local`: 0.06 s + 19 / 120 s.
    for stream in (False, True):
        asked = time.monotonic()
        answer = oai.chat.completions.create(
            model="local", messages=user(HELLO), max_tokens=20, stream=stream
        )
        if stream:
            list(answer)
        assert time.monotonic() - asked >= 0.06 + 19 / 120
