"""Converse before botocore: it checks what we send, and reads what we take for answers."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from aws_speakers import EVENT_STREAM, framed
from botocore.config import Config
from botocore.session import Session
from served import serving

from workbench.calls import (
    File,
    Image,
    Message,
    OutputSchema,
    Params,
    Request,
    Text,
    Thought,
    Tool,
    ToolCall,
)
from workbench.errors import ConfigError
from workbench.protocols import bedrock
from workbench.protocols.bedrock_models import base_model, family

GOLDEN = Path(__file__).parent / "golden" / "bedrock"
HELLO = (Message(role="user", content="Hello"),)
CLOCK = Tool(name="clock", description="The time.", parameters={"type": "object", "properties": {}})
PLACE = {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False}
SCHEMA = OutputSchema(schema=PLACE, name="place")
RICH = Request(
    model="us.anthropic.claude-haiku-5-20260901-v1:0",
    messages=(
        Message(role="system", content="Be brief."),
        Message(
            role="user",
            content=(
                Text(text="What is this?"),
                Image(data=b"\x89PNG", media_type="image/png"),
                Image(url="s3://bucket/cat.jpg", media_type="image/jpg"),
                File(data=b"%PDF", name="Report_2 (final).pdf"),
                File(data=b"a,b", media_type="text/csv"),
                File(data=b"c,d", media_type="text/csv"),
            ),
        ),
        Message(
            role="assistant",
            thoughts=(Thought(text="Hm.", signature="c2ln"), Thought(data="aGlkZGVu")),
            tool_calls=(ToolCall(id="t1", name="clock", arguments='{"zone": "CET"}'),),
        ),
        Message(role="tool", tool_call_id="t1", content=(Image(data=b"GIF89a", media_type="image/gif"),)),
    ),
    params=Params(
        temperature=0.0,
        top_p=0.5,
        top_k=3,
        max_tokens=64,
        stop=("END",),
        reasoning_effort="high",
        service_tier="flex",
        extra={"requestMetadata": {"team": "a"}, "anthropic_beta": ["x"]},
    ),
    tools=(CLOCK,),
    tool_choice="clock",
    output=SCHEMA,
)


@contextmanager
def their_client(url: str) -> Iterator[Any]:
    client = Session().create_client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}),
    )
    with closing(client):
        yield client


async def sent_by_botocore(request: Request) -> tuple[str, Any]:
    """Path and body of botocore for the same; it checks each field against the service's description."""
    asked: list[tuple[str, Any]] = []

    async def answer(received: web.Request) -> web.Response:
        asked.append((received.raw_path, await received.json()))
        return web.Response(body=b"" if received.path.endswith("stream") else b"{}")

    path, body = bedrock.encode(request)
    operation = "converse_stream" if path.endswith("stream") else "converse"

    def ask(url: str) -> None:
        with their_client(url) as client:
            answered = getattr(client, operation)(modelId=request.model, **with_bytes(body))
            list(answered.get("stream", ()))  # to its end, so that the connection is given back

    async with serving(answer) as url:
        await asyncio.to_thread(ask, url)
    return asked[0]


def with_bytes(value: Any) -> Any:
    """A body as botocore takes it: bytes where JSON has base64."""
    if isinstance(value, dict):
        return {
            name: base64.b64decode(part) if name in {"bytes", "redactedContent"} else with_bytes(part)
            for name, part in value.items()
        }
    return [with_bytes(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("stream", [False, True])
async def test_botocore_sends_the_same(stream: bool) -> None:
    request = replace(RICH, stream=stream)
    path, body = bedrock.encode(request)

    theirs = await sent_by_botocore(request)

    assert (unquote(theirs[0]), theirs[1]) == (unquote(path), body)


def test_a_schema_is_closed_and_tells_its_bounds_in_words() -> None:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
    schema = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}}

    body = bedrock.encode(Request(model="m", messages=HELLO, output=OutputSchema(schema=schema)))[1]

    assert json.loads(body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]) == {
        "type": "object",
        "properties": {"age": {"type": "integer", "description": "minimum: 0"}},
        "additionalProperties": False,
    }


def test_thinking_that_no_model_can_check_is_not_sent_back() -> None:
    thoughts = (
        Thought(text="Hm."),
        Thought(id="rs_1", data="of OpenAI"),
        Thought(id="thought_signature", signature="of Gemini"),
    )
    turn = Message(role="assistant", content="4", thoughts=thoughts)

    body = bedrock.encode(Request(model="us.deepseek.r1-v1:0", messages=(*HELLO, turn)))[1]

    assert body["messages"][1]["content"] == [{"text": "4"}]


def test_what_converse_has_no_field_for_goes_to_the_model() -> None:
    body = bedrock.encode(RICH)[1]

    assert body["additionalModelRequestFields"] == {
        "thinking": {"type": "adaptive", "display": "summarized"},
        "top_k": 3,
        "anthropic_beta": ["x"],
    }
    assert body["requestMetadata"] == {"team": "a"}
    assert body["outputConfig"]["effort"] == "high"
    names = [block["document"]["name"] for block in body["messages"][0]["content"] if "document" in block]
    assert names == ["Report-2 (final)-pdf", "document 1", "document 2"]


def test_a_rich_request_is_read_back() -> None:
    body = json.loads(json.dumps(bedrock.encode(RICH)[1]))

    read = bedrock.decode_request({**body, "model": RICH.model})

    assert bedrock.encode(read)[1] == body
    assert (read.tools, read.tool_choice, read.output) == (RICH.tools, "clock", SCHEMA)
    assert read.messages[2] == RICH.messages[2]


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("us.anthropic.claude-opus-5", {"top_k": 4}),
        ("eu.amazon.nova-pro-v1:0", {"inferenceConfig": {"topK": 4}}),
        ("cohere.command-r-v1:0", {"k": 4}),
        ("mistral.mistral-large-2402-v1:0", {"top_k": 4}),
        (
            "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0",
            {"inferenceConfig": {"topK": 4}},
        ),
    ],
)
def test_top_k_has_another_name_in_each_family(model: str, fields: dict[str, Any]) -> None:
    body = bedrock.encode(Request(model=model, messages=HELLO, params=Params(top_k=4)))[1]

    assert body["additionalModelRequestFields"] == fields


def test_an_effort_has_another_place_in_some_families() -> None:
    def written(model: str, effort: str) -> dict[str, Any]:
        params = Params(reasoning_effort=effort)
        body = bedrock.encode(Request(model=model, messages=HELLO, params=params))[1]
        return {name: value for name, value in body.items() if name != "messages"}

    fields = "additionalModelRequestFields"
    assert written("openai.gpt-oss-20b-1:0", "low") == {fields: {"reasoning_effort": "low"}}
    enabled = {"type": "enabled", "maxReasoningEffort": "low"}
    assert written("us.amazon.nova-2-lite-v1:0", "low") == {fields: {"reasoningConfig": enabled}}
    assert written("us.amazon.nova-2-lite-v1:0", "none") == {
        fields: {"reasoningConfig": {"type": "disabled"}}
    }
    assert written("qwen.qwen3-32b-v1:0", "high") == {fields: {"reasoning_config": "high"}}
    assert written("zai.glm-4.7", "high") == {"outputConfig": {"effort": "high"}}
    # https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html
    assert written("global.anthropic.claude-opus-5", "max") == {
        "outputConfig": {"effort": "max"},
        fields: {"thinking": {"type": "adaptive", "display": "summarized"}},
    }
    assert written("global.anthropic.claude-opus-5", "none") == {fields: {"thinking": {"type": "disabled"}}}
    assert written("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "low") == {
        "inferenceConfig": {"maxTokens": 32_000},
        fields: {"thinking": {"type": "enabled", "budget_tokens": 2048}},
    }


@pytest.mark.parametrize(
    ("choice", "written"),
    [(None, None), ("auto", {"auto": {}}), ("required", {"any": {}}), ("clock", {"tool": {"name": "clock"}})],
)
def test_a_choice_of_tools_is_written_in_converses_words(choice: str | None, written: Any) -> None:
    body = bedrock.encode(Request(model="m", messages=HELLO, tools=(CLOCK,), tool_choice=choice))[1]

    assert body["toolConfig"].get("toolChoice") == written
    assert bedrock.decode_request(body).tool_choice == choice


def test_no_tool_is_to_be_called_by_leaving_them_out() -> None:
    request = Request(model="m", messages=HELLO, tools=(CLOCK,), tool_choice="none")
    called = Message(role="assistant", tool_calls=(ToolCall(id="a", name="clock", arguments=""),))

    assert "toolConfig" not in bedrock.encode(request)[1]
    with pytest.raises(ConfigError, match="cannot forbid tools"):
        bedrock.encode(Request(model="m", messages=(*HELLO, called), tools=(CLOCK,), tool_choice="none"))


def test_what_cannot_be_sent_is_said() -> None:
    web_page = Message(role="user", content=(Image(url="https://example.org/a.png"),))
    archive = Message(role="user", content=(File(data=b"PK", media_type="application/zip"),))

    with pytest.raises(ConfigError, match=r"does not fetch 'https://example.org/a.png': give its bytes"):
        bedrock.encode(Request(model="m", messages=(web_page,)))
    with pytest.raises(ConfigError, match="no document of type 'application/zip': it takes pdf, csv"):
        bedrock.encode(Request(model="m", messages=(archive,)))
    with pytest.raises(ConfigError, match="bedrock has no parameter seed"):
        bedrock.encode(Request(model="m", messages=HELLO, params=Params(seed=0)))


def test_tokens_are_counted_for_the_model_itself() -> None:
    path, body = bedrock.encode_count(RICH)

    assert path == "/model/anthropic.claude-haiku-5-20260901-v1:0/count-tokens"
    assert set(body["input"]["converse"]) == {
        "messages", "system", "toolConfig", "additionalModelRequestFields"
    }  # fmt: skip
    assert bedrock.decode_count({"inputTokens": 17}) == 17


CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))}
ANSWERS = {name: case for name, case in CASES.items() if "body" in case}


@pytest.mark.parametrize("name", ANSWERS)
async def test_the_fixtures_are_answers_to_botocore_too(name: str) -> None:
    case = ANSWERS[name]

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("converse"):
            return web.json_response(case["body"])
        return web.Response(body=framed(case["events"]), headers={"Content-Type": EVENT_STREAM})

    def ask(url: str) -> tuple[Any, list[Any]]:
        messages = [{"role": "user", "content": [{"text": "?"}]}]
        with their_client(url) as client:
            whole = client.converse(modelId="m", messages=messages)
            # What is read to its end gives its connection back, which is closed with the client.
            return whole, list(client.converse_stream(modelId="m", messages=messages)["stream"])

    async with serving(answer) as url:
        whole, events = await asyncio.to_thread(ask, url)

    del whole["ResponseMetadata"]
    assert whole == without_padding(with_bytes(case["body"]))
    assert events == [without_padding(with_bytes(event)) for event in case["events"]]


def without_padding(value: Any) -> Any:
    # `p` hides the length of an event from those who listen in; botocore's description does not have it.
    if isinstance(value, dict):
        return {name: without_padding(part) for name, part in value.items() if name != "p"}
    return [without_padding(part) for part in value] if isinstance(value, list) else value


def test_the_listing_tells_what_goes_in_and_out() -> None:
    listing = [
        {"modelId": "a", "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT"]},
        {"modelId": "b", "inputModalities": ["TEXT"], "outputModalities": ["EMBEDDING"]},
    ]
    models = bedrock.decode_models({"modelSummaries": listing})

    assert [(model.id, model.images, model.chat) for model in models] == [
        ("a", True, True),
        ("b", False, False),
    ]


def test_a_model_is_known_by_its_own_id() -> None:
    ids = ["meta.llama3-v1:0", "us.meta.llama3-v1:0", "us-gov.meta.llama3-v1:0", "global.meta.llama3-v1:0"]
    arns = [
        f"arn:aws:bedrock:us-east-1::foundation-model/{ids[0]}",
        f"arn:aws:bedrock:x:1:inference-profile/{ids[1]}",
    ]

    assert {base_model(model) for model in (*ids, *arns)} == {"meta.llama3-v1:0"}
    assert family("openai.gpt-6.1-sol") == "openai"
    assert family("arn:aws:bedrock:us-east-1:1:application-inference-profile/x1y2") == ""
