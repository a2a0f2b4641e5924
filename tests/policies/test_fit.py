"""Parameters that a model refuses: said before anything is sent, or left out, and learned from answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from workbench.calls import Attempt, Call, Completion, Endpoint, Image, Message, ModelInfo, Params, Tool
from workbench.errors import ConfigError, InvalidRequestError
from workbench.pipeline import Policy
from workbench.policies import fit

HOST = Endpoint(provider="p", protocol="openai", base_url="http://127.0.0.1:9", refuses=frozenset({"top_k"}))
UNKNOWN = ModelInfo(id="m")


class Picky:
    """A model that takes no parameters but these, and says so as OpenAI does."""

    def __init__(self, *takes: str) -> None:
        self.takes = takes
        self.asked: list[Params] = []

    async def __call__(self, call: Call) -> Completion:
        self.asked.append(call.request.params)
        call.progress.attempts.append(Attempt(duration_s=0.0))
        for name in call.request.params.given():
            if name not in self.takes:
                words = f"Unsupported parameter: '{name}' is not supported with this model."
                error = {"message": words, "param": name, "code": "unsupported_parameter"}
                body = orjson.dumps({"error": error}).decode()
                raise InvalidRequestError(f"p/m: 400: {words}", status=400, body=body)
        return Completion(text="hello")


class Seen(list[tuple[str, str]]):
    def __call__(self, to: Endpoint, model: str, name: str) -> None:
        self.append((f"{to.provider}/{model}", name))


def policy_of(info: ModelInfo = UNKNOWN, seen: Seen | None = None) -> Policy:
    return fit(lambda to, request: info, seen if seen is not None else Seen())


def run(awaitable: Awaitable[Completion]) -> Completion:
    async def waited() -> Completion:
        return await awaitable

    return asyncio.run(waited())


def at_host(call: Call, **fields: Any) -> Call:
    """The call to a host that refuses top_k, with these fields of the request."""
    return replace(call, endpoint=HOST, request=replace(call.request, **fields))


@pytest.fixture
def asking(a_call: Callable[..., Call]) -> Callable[..., Call]:
    def make(unsupported: str = "drop", **params: Any) -> Call:
        return at_host(a_call(params=params, unsupported=unsupported))

    return make


@pytest.mark.parametrize(
    ("info", "params", "words"),
    [
        (UNKNOWN, {"top_k": 0}, "p/m: this model takes no parameter top_k, got 0: leave top_k out, or say"),
        (UNKNOWN, {"input_type": "search_query"}, "openai has no parameter input_type, got 'search_query'"),
        (
            ModelInfo(id="m", refuses=frozenset({"temperature"})),
            {"temperature": 0.0},
            "takes no parameter temperature, got 0.0: leave temperature out, or say unsupported='drop'",
        ),
    ],
    ids=["host", "protocol", "model"],
)
def test_what_host_protocol_or_model_refuse_is_said_or_left_out_before_it_is_sent(
    info: ModelInfo, params: dict[str, Any], words: str, asking: Callable[..., Call]
) -> None:
    model = Picky("top_k", "temperature", "input_type", "max_tokens")
    with pytest.raises(ConfigError, match=words):
        run(policy_of(info)(asking("error", **params), model))
    assert model.asked == []
    call = asking("drop", max_tokens=5, **params)
    answer = run(policy_of(info)(call, model))
    assert model.asked == [Params(max_tokens=5)]
    assert answer.dropped == tuple(params) == call.progress.dropped


def test_what_only_the_provider_knows_costs_one_attempt_and_is_remembered(
    asking: Callable[..., Call],
) -> None:
    model, seen = Picky("max_tokens"), Seen()
    policy = policy_of(seen=seen)
    call = asking(temperature=0.0, seed=1, max_tokens=5)
    answer = run(policy(call, model))
    assert answer.dropped == ("temperature", "seed")
    assert len(model.asked) == len(call.progress.attempts) == 3
    assert seen == [("p/m", "temperature"), ("p/m", "seed")]
    again = run(policy(asking(temperature=0.0, seed=1, max_tokens=5), model))
    assert (len(model.asked), again.dropped) == (4, ("temperature", "seed"))
    with pytest.raises(ConfigError, match="takes no parameter temperature"):
        run(policy(asking("error", temperature=0.0), model))
    assert len(model.asked) == 4


def test_a_refusal_is_an_error_that_says_what_to_do_and_is_remembered_all_the_same(
    asking: Callable[..., Call],
) -> None:
    model, seen = Picky(), Seen()
    with pytest.raises(InvalidRequestError, match=r"leave seed out, or say unsupported='drop'"):
        run(policy_of(seen=seen)(asking("error", seed=1), model))
    assert (len(model.asked), seen) == (1, [("p/m", "seed")])


def test_the_bound_of_an_answer_is_never_left_out(asking: Callable[..., Call]) -> None:
    model = Picky()
    with pytest.raises(InvalidRequestError, match=r"leave max_tokens out$"):
        run(policy_of()(asking("drop", max_tokens=5), model))
    assert len(model.asked) == 1


def test_a_model_without_eyes_or_hands_is_not_asked_to_use_them(a_call: Callable[..., Call]) -> None:
    blind = ModelInfo(id="m", images=False, tools=False)
    model = Picky()
    picture = (Message(role="user", content=(Image(url="https://example.org/a.png"),)),)
    for fields, words in (
        ({"messages": picture}, "p/m reads no images: leave them out, or ask another model"),
        ({"tools": (Tool(name="look"),)}, "p/m calls no tools"),
    ):
        for unsupported in ("error", "drop"):  # an answer to half of a question is none
            with pytest.raises(ConfigError, match=words):
                run(policy_of(blind)(at_host(a_call(unsupported=unsupported), **fields), model))
        run(policy_of(UNKNOWN)(at_host(a_call(), **fields), model))
    assert len(model.asked) == 2


def test_a_provider_that_refuses_a_picture_is_understood(a_call: Callable[..., Call]) -> None:
    async def blind(call: Call) -> Completion:
        raise InvalidRequestError("p/m: 400: image input is not supported", status=400)

    picture = (Message(role="user", content=(Image(url="https://example.org/a.png"),)),)
    with pytest.raises(InvalidRequestError, match="perhaps this model reads no images"):
        run(policy_of()(at_host(a_call(), messages=picture), blind))
