"""What users write that is of the wrong kind: said before anything is sent, and what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from served import Steered

from workbench import Message, Timeouts
from workbench.client import Client
from workbench.client.wanted import wanted
from workbench.config import Limits, Settings
from workbench.errors import ConfigError

MODEL = "sim/swift"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"temperature": "hot"}, "temperature is 'hot': give a number"),
        ({"temperature": True}, "temperature is True: give a number"),
        ({"temperature": float("nan")}, "temperature is nan: give a number"),
        ({"top_p": [1]}, r"top_p is \[1\]: give a number"),
        ({"max_tokens": 1.5}, "max_tokens is 1.5: give a whole number"),
        ({"max_tokens": "5"}, "max_tokens is '5': give a whole number"),
        ({"logprobs": True}, "logprobs is True: give a whole number"),
        ({"reasoning_effort": 5}, "reasoning_effort is 5: give a text"),
        ({"parallel_tool_calls": "no"}, "parallel_tool_calls is 'no': give True or False"),
        ({"stop": 5}, "stop is 5: give a text or several"),
        ({"stop": [None]}, r"stop is \[None\]: give a text or several"),
        ({"extra": [1]}, r"extra is \[1\]: give a mapping"),
        ({"system": 5}, "system is 5: give a text"),
        ({"tool_choice": 5}, "tool_choice is 5: give a text"),
        ({"tools": print}, "tools is <built-in function print>: give a list of functions"),
        ({"stream": "x"}, "stream is 'x': give True or False"),
        ({"on_chunk": 5}, "on_chunk is 5: give a function"),
        ({"refresh": 5}, "refresh is 5: give True or False"),
        ({"tags": "x"}, "tags is 'x': give a mapping of texts"),
        ({"timeouts": 3.0}, r"timeouts is 3.0: give workbench.Timeouts\(…\)"),
        ({"base_url": 5}, "base_url is 5: give a text"),
        ({"max_token": 1}, "no parameter 'max_token': did you mean 'max_tokens'"),
        ({"xyz": 1}, r"no parameter 'xyz': write one of temperature, .*extra=\{'xyz': …\}"),
    ],
)
async def test_an_option_of_the_wrong_kind_says_what_to_give(
    client: Client, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        await client.chat(MODEL, "Hello", **options)


@pytest.mark.parametrize("messages", [None, 5, b"x", (each for each in "a"), Message(role="user", content=5)])  # type: ignore[arg-type]
async def test_what_is_no_message_says_what_to_give(client: Client, messages: Any) -> None:
    with pytest.raises(ConfigError, match="give a text, or a list of t"):
        await client.chat(MODEL, messages)


@pytest.mark.parametrize("model", [None, 5, b"sim/swift", ["sim/swift"]])
@pytest.mark.parametrize("base_url", [None, "http://127.0.0.1:9"])
async def test_what_is_no_name_of_a_model_says_how_to_write_one(
    client: Client, model: Any, base_url: str | None
) -> None:
    with pytest.raises(ConfigError, match="write its name as 'provider/model'"):
        await client.chat(model, "Hello", base_url=base_url)


@pytest.mark.parametrize("key", [b"sk-canary-123456", 123456789])
async def test_a_key_of_the_wrong_kind_is_not_shown(client: Client, key: Any) -> None:
    with pytest.raises(ConfigError, match="the key of sim has") as caught:
        await client.chat(MODEL, "Hello", api_key=key)
    assert "123456" not in str(caught.value)


@pytest.mark.parametrize("choice", ["wheather", ""])
async def test_a_choice_of_no_tool_names_those_that_there_are(client: Client, choice: str) -> None:
    def weather(city: str) -> str:
        return f"rain in {city}"

    with pytest.raises(ConfigError, match=r"no such tool: write auto, none, required or one of weather"):
        await client.chat(MODEL, "Hello", tools=[weather], tool_choice=choice)
    with pytest.raises(
        ConfigError, match=r"tool_choice is 'required', and there is no such tool: give it in"
    ):
        await client.chat(MODEL, "Hello", tool_choice="required")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tools": print}, "tools is .*: give a list of functions"),
        ({"tools": [int]}, "no hints in the tool 'int': wrap it"),
        ({"tools": []}, "give at least one function"),
        ({"max_turns": "3"}, "max_turns is '3': give a whole number, at least 1"),
        ({"max_turns": 0}, "max_turns is 0: give a whole number, at least 1"),
        ({"tags": 5}, "tags is 5: give a mapping"),
    ],
)
async def test_run_tools_says_what_to_give(client: Client, options: dict[str, Any], words: str) -> None:
    def weather(city: str) -> str:
        return f"rain in {city}"

    with pytest.raises(ConfigError, match=words):
        await client.run_tools(MODEL, "Hello", **{"tools": [weather], **options})


@pytest.mark.parametrize("texts", [None, 5, b"x", {"a": 1}])
async def test_what_is_no_text_to_embed_says_what_to_give(client: Client, texts: Any) -> None:
    with pytest.raises(ConfigError, match="give a text, or a list of texts"):
        await client.embed(MODEL, texts)


@pytest.mark.parametrize("seconds", ["5", -1, float("nan")])
def test_seconds_are_numbers_from_nought_up(seconds: Any) -> None:
    with pytest.raises(ConfigError, match=r"total_s is .*: give seconds, from 0 up, or None"):
        Timeouts(total_s=seconds)


@pytest.mark.parametrize("provider", [None, 5, "nope"])
async def test_what_is_no_provider_is_unknown(client: Client, provider: Any) -> None:
    with pytest.raises(ConfigError, match=f"unknown provider {provider!r}"):
        await client.models(provider)


@pytest.mark.parametrize("schema", ["City", 5])
async def test_what_is_no_schema_says_what_to_give(client: Client, schema: Any) -> None:
    with pytest.raises(ConfigError, match=f"no schema: {schema!r}: give a pydantic model or a JSON schema"):
        await client.chat(MODEL, "Hello", schema=schema)


@pytest.mark.parametrize("ref", ["#/nowhere", "http://127.0.0.1:9/schema"])
def test_a_reference_that_leads_nowhere_is_said_and_not_fetched(ref: str) -> None:
    with pytest.raises(ConfigError, match=f"its .ref '{ref.removeprefix('#')}' leads nowhere"):
        wanted({"$ref": ref}).read("{}")


async def test_an_estimate_wants_numbers_too(client: Client) -> None:
    with pytest.raises(ConfigError, match="max_tokens is 'x': give a whole number"):
        await client.estimate(MODEL, "Hello", max_tokens="x")  # type: ignore[arg-type]


async def test_numbers_of_numpy_are_numbers(client: Client, steered: Steered) -> None:
    await client.chat(
        MODEL,
        "Numbers of numpy?",
        temperature=np.linspace(0, 1, 3)[1],
        top_p=np.float32(0.5),  # type: ignore[arg-type]
        max_tokens=np.int64(9),  # type: ignore[arg-type]
    )
    body = (await steered.last_request("Numbers of numpy?"))["body"]
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.5, 0.5, 9)


async def test_a_whole_number_stays_one_where_a_number_is_wanted(client: Client, steered: Steered) -> None:
    await client.chat(MODEL, "Nought degrees?", temperature=0, stop=None, tools=None)
    body = (await steered.last_request("Nought degrees?"))["body"]
    assert repr(body["temperature"]) == "0"
    assert not {"stop", "tools"} & body.keys()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"concurrency": "x"}, "concurrency 'x' and attempts 4 must be at least 1"),
        ({"attempts": 0.5}, "concurrency 10 and attempts 0.5 must be at least 1"),
        ({"timeouts": 3}, r"timeouts is 3: give workbench.Timeouts\(…\)"),
        ({"limits": {"sim": 3}}, r"limits of 'sim' are 3: write workbench.config.Limits\("),
        ({"limits": {"sim": Limits(tokens_per_minute="x")}}, "tokens_per_minute is 'x': write at least 1"),  # type: ignore[arg-type]
    ],
)
def test_a_client_says_what_it_wants(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Client(tmp_path, **options)


async def test_a_row_without_the_name_of_its_key_says_what_to_do(tmp_path: Path) -> None:
    row = {"base_url": "http://127.0.0.1:9", "needs_key": True}
    settings = Settings(project=tmp_path, values={}, providers={"mine": row})
    with pytest.raises(ConfigError, match="no key for mine: give api_key, or name the setting that holds it"):
        await Client(tmp_path, settings=settings).chat("mine/m", "Hello")


async def test_an_address_that_is_none_is_not_its_own_example(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, values={}, providers={"mine": {"base_url": "nope"}})
    with pytest.raises(ConfigError, match="base URL 'nope' of mine is none: write it like 'https://llm"):
        await Client(tmp_path, settings=settings).chat("mine/m", "Hello")
