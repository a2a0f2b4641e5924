"""Answers that fit a schema, by each of the means that a model may have."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import BaseModel, Field
from scripted_model import Said, Scripted, calling, client_of

from workbench.calls import Completion
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, OutputError


class City(BaseModel):
    name: str
    people: int = Field(ge=0)


SCHEMA = {
    "title": "a city",
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"type": "integer", "minimum": 0}},
    "required": ["name"],
}
OSLO = '{"name": "Oslo", "people": 709037}'
WRONG = '{"name": "Oslo", "people": -1}'


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Awaitable[Completion]]:
    """Asks a model with these answers, whose host refuses these things."""

    async def asked(
        server: Scripted, *, refuses: frozenset[str] = frozenset(), times: int = 1, **options: Any
    ) -> Completion:
        async with client_of(server, tmp_path, refuses=refuses) as client:
            for _ in range(times):
                answer = await client.chat("scripted/m", "Which city?", **options)
            return answer

    return asked


Ask = Callable[..., Awaitable[Completion]]
MEANS: dict[str, tuple[frozenset[str], Said]] = {
    "native": (frozenset(), OSLO),
    "tool": (frozenset({"output"}), calling(("City", OSLO))),
    "instruction": (frozenset({"output", "tools"}), f"Here it is:\n```json\n{OSLO}\n```\nAnything else?"),
}


@pytest.mark.parametrize("means", MEANS)
async def test_the_answer_is_an_object_of_the_class_and_says_by_which_means(means: str, ask: Ask) -> None:
    refuses, said = MEANS[means]
    server = Scripted(said)
    answer = await ask(server, refuses=refuses, schema=City, system="Be brief.")
    assert answer.parsed == City(name="Oslo", people=709037)
    assert (answer.output_by, answer.repaired, answer.tool_calls) == (means, False, ())
    assert OSLO in answer.text
    assert answer.finish_reason == "stop"
    [body] = server.asked
    assert ("response_format" in body) == (means == "native")
    assert ("tools" in body) == (means == "tool")
    assert ("JSON schema" in body["messages"][0]["content"]) == (means == "instruction")
    assert body["messages"][0]["content"].startswith("Be brief.")
    if means == "tool":
        assert body["tools"][0]["function"]["name"] == body["tool_choice"]["function"]["name"] == "City"


IN_FIELD = f'{{"answer": [{OSLO}]}}'


@pytest.mark.parametrize(
    ("refused", "said"),
    [((), IN_FIELD), (("output",), calling(("list", IN_FIELD))), (("output", "tools"), f"[{OSLO}]")],
)
async def test_an_answer_that_is_no_object_comes_in_one_where_it_has_to(
    refused: tuple[str, ...], said: Said, ask: Ask
) -> None:
    server = Scripted(said)
    answer = await ask(server, refuses=frozenset(refused), schema=list[City])
    assert answer.parsed == [City(name="Oslo", people=709037)]
    [body] = server.asked
    if not refused:
        sent = body["response_format"]["json_schema"]
        assert sent["strict"]
        assert sent["schema"]["type"] == "object"
        assert sent["schema"]["properties"] == {
            "answer": {"items": {"$ref": "#/$defs/City"}, "type": "array"}
        }
        assert set(sent["schema"]["$defs"]) == {"City"}
    elif refused == ("output",):
        assert body["tools"][0]["function"]["parameters"]["type"] == "object"


async def test_a_json_schema_gives_a_dict(ask: Ask) -> None:
    server = Scripted(OSLO)
    answer = await ask(server, schema=SCHEMA)
    assert answer.parsed == {"name": "Oslo", "people": 709037}
    sent = server.asked[0]["response_format"]["json_schema"]
    assert sent["name"] == "a_city"
    assert sent["strict"] is True
    assert sent["schema"]["required"] == ["name", "people"]
    assert sent["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(("schema", "words"), [(City, "people: Input should be"), (SCHEMA, "people: -1 is")])
async def test_an_answer_that_does_not_fit_is_an_error_with_the_text_and_a_row(
    schema: Any, words: str, ask: Ask, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=words) as refused:
        await ask(Scripted(WRONG), schema=schema)
    assert refused.value.text == WRONG
    assert refused.value.completion is not None
    log = Client(tmp_path / "home", settings=Settings(project=tmp_path, values={})).log
    assert list(log.calls()["status"]) == ["ok"]
    assert str(refused.value.completion.call_id) == str(log.calls()["id"][0])


@pytest.mark.parametrize("means", MEANS)
async def test_a_repair_shows_the_model_what_is_wrong_and_is_said(
    means: str, ask: Ask, tmp_path: Path
) -> None:
    refuses, said = MEANS[means]
    wrong = json.loads(json.dumps(said).replace("709037", "-1"))
    server = Scripted(wrong, said)
    answer = await ask(server, refuses=refuses, schema=City, repair=True)
    assert answer.parsed == City(name="Oslo", people=709037)
    assert (answer.repaired, answer.output_by) == (True, means)
    *before, shown, told = server.asked[1]["messages"]
    assert before == server.asked[0]["messages"]
    assert "-1" in shown["content"]
    assert "people: Input should be greater than or equal to 0" in told["content"]
    log = Client(tmp_path / "home", settings=Settings(project=tmp_path, values={})).log
    first, second = log.calls().sort_values("id").to_dict("records")
    assert dict(second["tags"]) == {"repair_of": str(first["id"])}
    assert str(second["id"]) == str(answer.call_id)


async def test_a_second_failure_is_the_error_and_a_third_time_is_not_asked(ask: Ask) -> None:
    server = Scripted(WRONG, "no idea")
    with pytest.raises(OutputError, match="there is no JSON in it"):
        await ask(server, schema=City, repair=True)
    assert len(server.asked) == 2


async def test_what_was_cut_off_is_not_repaired_but_said(ask: Ask) -> None:
    server = Scripted({"content": '{"name": "Os', "finish_reason": "length"})
    with pytest.raises(OutputError, match="cut off: give more max_tokens"):
        await ask(server, schema=City, repair=True)
    assert len(server.asked) == 1


async def test_a_refusal_is_an_answer_without_an_object(ask: Ask) -> None:
    answer = await ask(Scripted({"content": None, "refusal": "I will not."}), schema=City)
    assert (answer.parsed, answer.text, answer.finish_reason) == (None, "I will not.", "content_filter")


async def test_an_answer_from_the_cache_is_checked_too(ask: Ask) -> None:
    server = Scripted(OSLO)
    answer = await ask(server, schema=City, cache=True, times=2)
    assert (answer.cached, answer.parsed) == (True, City(name="Oslo", people=709037))
    tool = Scripted(calling(("City", OSLO)))
    answer = await ask(tool, refuses=frozenset({"output"}), schema=City, cache=True, times=2)
    assert (answer.cached, answer.parsed) == (True, City(name="Oslo", people=709037))
    assert len(tool.asked) == 1


async def test_tools_of_the_user_stay_beside_a_schema_that_the_host_does_not_know(ask: Ask) -> None:
    def population(city: str) -> int:
        """How many people live there."""
        return len(city)

    server = Scripted(calling(("population", '{"city": "Oslo"}')))
    answer = await ask(server, refuses=frozenset({"output"}), schema=City, tools=[population])
    assert [call.name for call in answer.tool_calls] == ["population"]
    assert (answer.parsed, answer.output_by) == (None, "instruction")


@pytest.mark.parametrize(
    ("schema", "words"),
    [({"type": "objekt"}, "no JSON schema: 'objekt'"), (7, "no schema: 7: "), ([City], "no schema: .*City")],
)
async def test_what_is_no_schema_is_refused_before_anything_is_sent(
    schema: Any, words: str, ask: Ask
) -> None:
    server = Scripted()
    with pytest.raises(ConfigError, match=words):
        await ask(server, schema=schema)
    assert server.asked == []


async def test_a_schema_may_be_any_mapping_of_json_and_nothing_else(ask: Ask) -> None:
    answer = await ask(
        Scripted(OSLO), schema=MappingProxyType({**SCHEMA, "properties": MappingProxyType({})})
    )
    assert answer.parsed == {"name": "Oslo", "people": 709037}
    with pytest.raises(ConfigError, match=r"no JSON schema: .* mend it"):
        await ask(Scripted(), schema={"type": "object", "default": object()})
