"""InvokeModel: each family in its own format; embeddings; and SageMaker."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from workbench.calls import Message, Params, Request, ToolCall, Usage, fold
from workbench.errors import ConfigError
from workbench.protocols import bedrock_embeddings, bedrock_invoke, sagemaker

HELLO = (Message(role="user", content="Hello"),)
TALK = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Capital of Norway?"),
    Message(role="assistant", content="Oslo."),
    Message(role="user", content="Sure?"),
)
SHORT = Params(max_tokens=9, temperature=0.0)


def invoked(model: str, params: Params = SHORT, stream: bool = False) -> tuple[str, dict[str, Any]]:
    return bedrock_invoke.encode(Request(model=model, messages=TALK, params=params, stream=stream))


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (
            "us.meta.llama3-1-8b-instruct-v1:0",
            {
                "prompt": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                "<|start_header_id|>user<|end_header_id|>\n\nCapital of Norway?<|eot_id|>"
                "<|start_header_id|>assistant<|end_header_id|>\n\nOslo.<|eot_id|>"
                "<|start_header_id|>user<|end_header_id|>\n\nSure?<|eot_id|>"
                "<|start_header_id|>assistant<|end_header_id|>\n\n",
                "max_gen_len": 9,
                "temperature": 0.0,
            },
        ),
        (
            "mistral.mistral-7b-instruct-v0:2",
            {
                "prompt": "<s>[INST] Be brief.\n\nCapital of Norway? [/INST] Oslo.</s>[INST] Sure? [/INST]",
                "max_tokens": 9,
                "temperature": 0.0,
            },
        ),
        (
            "us.deepseek.r1-v1:0",
            {
                "prompt": "<｜begin▁of▁sentence｜>Be brief.<｜User｜>Capital of Norway?<｜Assistant｜>Oslo."
                "<｜end▁of▁sentence｜><｜User｜>Sure?<｜Assistant｜>",
                "max_tokens": 9,
                "temperature": 0.0,
            },
        ),
        (
            "amazon.titan-text-express-v1",
            {
                "inputText": "Be brief.\nUser: Capital of Norway?\nBot: Oslo.\nUser: Sure?\nBot:",
                "textGenerationConfig": {"maxTokenCount": 9, "temperature": 0.0},
            },
        ),
        (
            "cohere.command-r-plus-v1:0",
            {
                "message": "Sure?",
                "chat_history": [
                    {"role": "USER", "message": "Capital of Norway?"},
                    {"role": "CHATBOT", "message": "Oslo."},
                ],
                "preamble": "Be brief.",
                "max_tokens": 9,
                "temperature": 0.0,
            },
        ),
        (
            "amazon.nova-lite-v1:0",
            {
                "system": [{"text": "Be brief."}],
                "messages": [
                    {"role": "user", "content": [{"text": "Capital of Norway?"}]},
                    {"role": "assistant", "content": [{"text": "Oslo."}]},
                    {"role": "user", "content": [{"text": "Sure?"}]},
                ],
                "inferenceConfig": {"maxTokens": 9, "temperature": 0.0},
            },
        ),
        (
            "openai.gpt-oss-20b-1:0",
            {
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Capital of Norway?"},
                    {"role": "assistant", "content": "Oslo."},
                    {"role": "user", "content": "Sure?"},
                ],
                "max_completion_tokens": 9,
                "temperature": 0.0,
            },
        ),
    ],
)
def test_each_family_gets_its_own_format(model: str, body: dict[str, Any]) -> None:
    assert invoked(model, stream=True) == (f"/model/{model}/invoke-with-response-stream", body)
    read = bedrock_invoke.decode_request({**body, "model": model})
    assert bedrock_invoke.encode(read) == (f"/model/{model}/invoke", body)


def test_anthropics_format_has_a_version_and_no_model() -> None:
    path, body = invoked("us.anthropic.claude-haiku-4-5-20251001-v1:0", stream=True)

    assert path.endswith("/invoke-with-response-stream")
    assert body["anthropic_version"] == "bedrock-2023-05-31"
    assert {"system": "Be brief.", "max_tokens": 9}.items() <= body.items()
    assert not {"model", "stream"} & set(body)
    assert bedrock_invoke.decode_request(body).messages == TALK


def test_nova_is_told_beside_the_rest_what_converse_would_pass_on() -> None:
    params = Params(max_tokens=9, top_k=3, reasoning_effort="low", extra={"schemaVersion": "messages-v1"})

    _, body = invoked("us.amazon.nova-2-lite-v1:0", params)

    assert {name: value for name, value in body.items() if name not in {"messages", "system"}} == {
        "inferenceConfig": {"maxTokens": 9, "topK": 3},
        "reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"},
        "schemaVersion": "messages-v1",
    }


@pytest.mark.parametrize(
    ("body", "reason", "usage"),
    [
        ({"generations": [{"text": "Oslo.", "finish_reason": "MAX_TOKENS"}]}, "length", Usage()),
        ({"type": "completion", "completion": "Oslo.", "stop_reason": "stop_sequence"}, "stop", Usage()),
        (
            {"completions": [{"data": {"text": "Oslo."}, "finishReason": {"reason": "endoftext"}}]},
            "stop",
            Usage(),
        ),
        (
            {
                "object": "text_completion",
                "choices": [{"index": 0, "text": "Oslo.", "finish_reason": "length"}],
                "usage": {"prompt_tokens": 6, "completion_tokens": 2, "total_tokens": 8},
            },
            "length",
            Usage(input_tokens=6, output_tokens=2),
        ),
    ],
    ids=["Cohere", "Anthropic", "AI21", "a model of one's own"],
)
def test_the_texts_of_older_models_are_read_too(body: dict[str, Any], reason: str, usage: Usage) -> None:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
    answer = bedrock_invoke.decode(body)
    bytes_ = base64.b64encode(json.dumps(body).encode()).decode()

    assert (answer.text, answer.finish_reason, answer.usage) == ("Oslo.", reason, usage)
    assert fold([bedrock_invoke.decode_event({"chunk": {"bytes": bytes_}})]) == answer


def test_an_answer_that_a_guardrail_changed_is_filtered_whatever_its_model_says() -> None:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-invoke-api.html
    whole = {
        "inputTextTokenCount": 28.0,
        "results": [{"outputText": "Blocked.", "tokenCount": 3.0, "completionReason": "FINISH"}],
        "amazon-bedrock-guardrailAction": "INTERVENED",
    }
    piece = {
        "outputText": "Blocked.",
        "totalOutputTextTokenCount": 3.0,
        "inputTextTokenCount": 28.0,
        "amazon-bedrock-guardrailAction": "INTERVENED",
    }
    bytes_ = base64.b64encode(json.dumps(piece).encode()).decode()

    answer = bedrock_invoke.decode(whole)

    assert (answer.text, answer.finish_reason) == ("Blocked.", "content_filter")
    assert repr(answer.usage.input_tokens) == "28"
    assert fold([bedrock_invoke.decode_event({"chunk": {"bytes": bytes_}})]) == answer


def test_a_family_refuses_what_it_has_no_word_for() -> None:
    with pytest.raises(ConfigError, match=r"bedrock_invoke with meta\.llama3 has no parameter top_k, got 3"):
        invoked("meta.llama3", Params(top_k=3))
    called = Message(role="assistant", tool_calls=(ToolCall(id="a", name="clock", arguments=""),))
    for model in ("meta.llama3", "cohere.command-r"):
        with pytest.raises(ConfigError, match="ask the model as 'bedrock/…'"):
            bedrock_invoke.encode(Request(model=model, messages=(*HELLO, called, *HELLO)))
    with pytest.raises(ConfigError, match="let the last turn be of role 'user'"):
        bedrock_invoke.encode(Request(model="cohere.command-r", messages=TALK[:3]))


def embedded(model: str, *texts: str, **params: Any) -> tuple[str, dict[str, Any]]:
    turns = tuple(Message(role="user", content=text) for text in texts)
    return bedrock_embeddings.encode(Request(model=model, messages=turns, params=Params(**params)))


def test_embeddings_are_asked_for_in_the_makers_words() -> None:
    titan, cohere = "amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3"

    assert embedded(titan, "a", dimensions=256) == (
        f"/model/{titan}/invoke",
        {"inputText": "a", "dimensions": 256},
    )
    assert embedded(cohere, "a", "b")[1] == {"texts": ["a", "b"], "input_type": "search_document"}
    assert embedded(f"us.{cohere}", "a", input_type="clustering")[1]["input_type"] == "clustering"
    with pytest.raises(ConfigError, match="embeds one text a request, got 2"):
        embedded(titan, "a", "b")
    with pytest.raises(ConfigError, match="has no parameter input_type"):
        embedded(titan, "a", input_type="clustering")
    with pytest.raises(ConfigError, match="has one size, got dimensions=256"):
        embedded("amazon.titan-embed-text-v1", "a", dimensions=256)


@pytest.mark.parametrize(
    "body", [{"inputText": "a", "normalize": False}, {"texts": ["a"], "truncate": "END"}]
)
def test_a_request_for_embeddings_is_read_back(body: dict[str, Any]) -> None:
    model = "cohere.embed-v4:0" if "texts" in body else "amazon.titan-embed-text-v2:0"
    read = bedrock_embeddings.decode_request({**body, "model": model})

    assert bedrock_embeddings.encode(read)[1].items() >= body.items()
    assert read.messages == (Message(role="user", content="a"),)


def test_sagemaker_names_a_model_only_where_told_to() -> None:
    plain = sagemaker.encode(Request(model="my endpoint", messages=HELLO))
    named = sagemaker.encode(Request(model="e", messages=HELLO, params=Params(extra={"model": "lora-a"})))

    assert plain == (
        "/endpoints/my%20endpoint/invocations",
        {"messages": [{"role": "user", "content": "Hello"}]},
    )
    assert named[1]["model"] == "lora-a"
    assert sagemaker.decode_request(named[1]).params.extra == {"model": "lora-a"}
