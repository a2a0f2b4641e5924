"""What a provider refuses, in the bodies and with the statuses of each protocol: which error comes of it."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import Steered, serving

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import (
    AuthenticationError,
    CallError,
    ContextLengthError,
    InvalidRequestError,
    ModelNotFoundError,
    OverloadedError,
    RateLimitError,
    UnreadableError,
)
from workbench.providers import HOSTS, register
from workbench.simulator import Simulator

MODEL_OF = {"openai": "swift", "anthropic": "sage", "ollama": "local"}
DEVIATIONS: dict[str, dict[str, Any]] = {
    "openai": {},
    "anthropic": {"protocol": "anthropic", "headers": {"anthropic-version": "2023-06-01"}},
    "ollama": {"protocol": "ollama"},
}
every_protocol = pytest.mark.parametrize("protocol", MODEL_OF)


@every_protocol
@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ("rate_limit", (RateLimitError, True)),
        ("quota", (RateLimitError, False)),
        ("server_error", (OverloadedError, True)),
        ("overloaded", (OverloadedError, True)),
        ("unavailable", (OverloadedError, True)),
        ("context_length", (ContextLengthError, False)),
    ],
)
async def test_a_refusal_is_an_error_of_its_kind(
    protocol: str, fault: str, refusal: tuple[type[CallError], bool], client: Client, steered: Steered
) -> None:
    kind, retryable = refusal
    await steered.fault(fault, retry_after_s=2)
    with pytest.raises(kind) as caught:
        await client.chat(f"sim/{MODEL_OF[protocol]}", "What is the capital of Peru?")
    error = caught.value
    assert type(error) is kind
    assert error.retryable is retryable
    assert error.retry_after_s == (2 if fault == "rate_limit" else None)
    assert (error.provider, error.model) == ("sim", MODEL_OF[protocol])
    assert error.status is not None
    assert str(error.status) in str(error)
    assert str(error).startswith(f"sim/{MODEL_OF[protocol]}: ")
    assert [attempt.status for attempt in error.attempts] == [error.status]
    assert error.timing is not None
    assert error.timing.duration_s is not None
    assert error.partial is None
    assert error.body
    [row] = client.log.calls().to_dict("records")
    assert (row["status"], row["error_type"], row["error_status"]) == ("error", kind.__name__, error.status)


async def test_an_error_page_of_a_proxy_is_not_quoted_where_a_message_should_be(
    client: Client, steered: Steered
) -> None:
    await steered.fault("unavailable")
    with pytest.raises(OverloadedError, match=r"503: Service Unavailable$") as caught:
        await client.chat("sim/swift", "?")
    assert "<h1>" in caught.value.body


@every_protocol
async def test_a_wrong_key_is_an_error_that_says_where_to_mend_it(
    protocol: str, tmp_path: Path, locked_simulator: Simulator
) -> None:
    values = {"SIM_BASE_URL": locked_simulator.url, "WORKBENCH_SIM_KEY": "sk-simulated-wrong"}
    settings = Settings(project=tmp_path, values=values)
    async with Client(home=tmp_path / "home", settings=settings) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.chat(f"sim/{MODEL_OF[protocol]}", "?")
    assert caught.value.status == 401
    assert f"set WORKBENCH_SIM_KEY in the environment or in {tmp_path / '.env'}" in str(caught.value)
    assert len(caught.value.attempts) == 1


@every_protocol
async def test_an_unknown_model_is_an_error_with_the_nearest_names(protocol: str, client: Client) -> None:
    right = MODEL_OF[protocol]
    wrong = right + "er"
    # The table says which models of the simulator speak what; this one is not in it.
    row = replace(HOSTS["sim"], name="strict", variants={}, base_url=client.settings.values["SIM_BASE_URL"])
    register(replace(row, **DEVIATIONS[protocol]))
    with pytest.raises(ModelNotFoundError) as caught:
        await client.chat(f"strict/{wrong}", "?")
    del HOSTS["strict"]
    assert caught.value.status == 404
    assert f"; the nearest names there are '{right}'" in str(caught.value)
    assert ".;" not in str(caught.value)


async def test_the_nearest_names_come_from_the_server_that_was_asked(
    client: Client, steered: Steered
) -> None:
    with pytest.raises(ModelNotFoundError, match="the nearest names there are 'steady'"):
        await client.chat("staedy", "?", base_url=steered.url)


async def test_a_path_that_is_not_there_asks_about_the_base_url(client: Client, steered: Steered) -> None:
    with pytest.raises(
        InvalidRequestError, match=r"is there such an API at .*/wrong/chat/completions"
    ) as caught:
        await client.chat("swift", "?", base_url=f"{steered.url}/wrong")
    assert type(caught.value) is InvalidRequestError


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (400, {"error": {"message": "x is not a valid model ID", "code": 400}}, ModelNotFoundError, False),
        (400, {"error": {"message": "Unsupported value: 'temperature'"}}, InvalidRequestError, False),
        (402, {"error": {"message": "Insufficient Balance"}}, RateLimitError, False),
        (403, {"error": {"message": "Country not supported"}}, AuthenticationError, False),
        (408, {"error": {"message": "Timeout"}}, CallError, True),
        (422, {"detail": [{"msg": "Field required"}]}, InvalidRequestError, False),
        (413, {"error": {"message": "prompt is too long: 9 tokens"}}, ContextLengthError, False),
        (200, {"error": {"message": "Rate limited upstream", "code": 429}}, RateLimitError, True),
        (200, {"error": {"message": "Provider returned error", "code": 502}}, OverloadedError, True),
        (200, {"error": {"message": "no", "type": "invalid_request_error"}}, InvalidRequestError, False),
        (
            200,
            {"error": {"message": "no", "type": "BadRequestError", "code": 400}},
            InvalidRequestError,
            False,
        ),
        (200, {"error": {"message": "no", "code": "bad", "status_code": 400}}, InvalidRequestError, False),
        (400, {"error": "Incorrect API key provided: x***y."}, AuthenticationError, False),
        (403, {"error": {"message": "Your input was flagged"}}, InvalidRequestError, False),
        (
            404,
            {"status": 404, "detail": "Function 'f': Not found for account 'a'"},
            ModelNotFoundError,
            False,
        ),
        (500, "Internal Server Error", OverloadedError, True),
        (302, "", UnreadableError, False),
        (200, [1, 2], UnreadableError, False),
        (200, {"greeting": "another API"}, UnreadableError, False),
        (200, {"choices": "none"}, UnreadableError, False),
    ],
)
async def test_odd_refusals_of_compatible_servers_are_told_apart(
    status: int, body: Any, kind: type[CallError], retryable: bool, client: Client
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        if isinstance(body, str):
            return web.Response(status=status, text=body)
        return web.json_response(body, status=status)

    async with serving(refuse) as url:
        with pytest.raises(kind) as caught:
            await client.chat("small", "?", base_url=url)
    assert kind in (CallError, type(caught.value))
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(("told", "retryable"), [("true", True), ("false", False)])
async def test_the_providers_own_word_on_retrying_counts(told: str, retryable: bool, client: Client) -> None:
    async def refuse(request: web.Request) -> web.Response:
        headers = {"x-should-retry": told, "x-request-id": "req_7"}
        return web.json_response({"error": {"message": "no"}}, status=409, headers=headers)

    async with serving(refuse) as url:
        with pytest.raises(CallError) as caught:
            await client.chat("small", "?", base_url=url)
    assert caught.value.retryable is retryable
    assert caught.value.request_id == "req_7"


@pytest.mark.parametrize(
    "header", ["request-id", "mistral-correlation-id", "inference-id", "apim-request-id", "cf-ray"]
)
async def test_the_id_of_a_request_is_read_wherever_a_provider_writes_it(header: str, client: Client) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": {"message": "no"}}, status=400, headers={header: "req_7"})

    async with serving(refuse) as url:
        with pytest.raises(InvalidRequestError) as caught:
            await client.chat("small", "?", base_url=url)
    assert caught.value.request_id == "req_7"


async def test_an_error_survives_a_pickle(client: Client, steered: Steered) -> None:
    await steered.fault("rate_limit", retry_after_s=3)
    with pytest.raises(RateLimitError) as caught:
        await client.chat("sim/swift", "?")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is RateLimitError
    assert str(again) == str(caught.value)
    assert vars(again) == vars(caught.value)
