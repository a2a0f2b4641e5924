"""What Hugging Face's servers are asked: texts to go on with, texts to embed."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.calls import Message, ModelInfo, OutputSchema, Params, Request, fold
from workbench.errors import ConfigError
from workbench.protocols import Protocol, hf_embeddings, tei_embeddings, tgi, voyage_embeddings
from workbench.transport.kinds import kind_of

PROMPT = (Message(role="user", content="Paris"),)
TEXTS = tuple(Message(role="user", content=text) for text in ("one", "two"))
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


NONE = Params()


def parameters(params: Params = NONE, **fields: Any) -> dict[str, Any]:
    request = Request(model="", messages=PROMPT, params=params, **fields)
    body = tgi.encode(request)[1]
    assert tgi.decode_request(body) == request
    return dict(body["parameters"])


def test_every_parameter_has_its_place() -> None:
    params = Params(
        temperature=0.5,
        top_p=0.0,
        top_k=0,
        max_tokens=0,
        stop=(),
        seed=0,
        frequency_penalty=0.0,
        logprobs=2,
    )
    assert parameters(params, output=OutputSchema(schema=SCHEMA)) == {
        "do_sample": True,
        "temperature": 0.5,
        "top_p": 0.0,
        "top_k": 0,
        "max_new_tokens": 0,
        "stop": [],
        "seed": 0,
        "frequency_penalty": 0.0,
        "top_n_tokens": 2,
        "grammar": {"type": "json", "value": SCHEMA},
        "details": True,
    }
    assert parameters() == {"details": True}


def test_a_temperature_of_zero_is_not_to_sample() -> None:
    assert parameters(Params(temperature=0.0)) == {"do_sample": False, "details": True}


def test_the_path_says_whether_to_stream() -> None:
    paths = [tgi.encode(Request(model="m", messages=PROMPT, stream=stream))[0] for stream in (False, True)]

    assert paths == ["/generate", "/generate_stream"]


def test_parameters_of_tgis_own_go_among_the_others() -> None:
    params = Params(max_tokens=5, extra={"parameters": {"watermark": True, "max_new_tokens": 7}, "x": 1})

    body = tgi.encode(Request(model="m", messages=PROMPT, params=params))[1]

    assert body == {
        "inputs": "Paris",
        "parameters": {"max_new_tokens": 7, "details": True, "watermark": True},
        "x": 1,
    }


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": 0.7, "top_k": 3},
        {"do_sample": True, "temperature": 1.0, "return_full_text": False, "details": False},
        {"grammar": {"type": "regex", "value": "[a-z]+"}, "best_of": 2},
        {},
    ],
)
def test_nothing_is_lost_of_what_another_client_asked(parameters: dict[str, Any]) -> None:
    asked = {"inputs": "Paris", "parameters": parameters}

    body = tgi.encode(tgi.decode_request(asked))[1]

    assert body["inputs"] == "Paris"
    assert {name: body["parameters"][name] for name in parameters} == parameters


def test_the_server_tells_its_one_model() -> None:
    info = {"model_id": "org/name", "max_input_tokens": 4000, "max_total_tokens": 4096}
    assert tgi.decode_models(info) == (ModelInfo(id="org/name", context_tokens=4096),)
    info = {"model_id": "org/embedder", "max_input_length": 512}
    assert tei_embeddings.decode_models(info) == (
        ModelInfo(id="org/embedder", context_tokens=512, chat=False),
    )


def test_what_tgi_refuses_inside_a_stream_is_not_asked_again() -> None:
    kind, retryable = kind_of(200, "validation", "Input validation error: `best_of` must be > 0")

    assert (kind.__name__, kind.retryable_by_kind, retryable) == ("InvalidRequestError", False, None)


def test_embedders_are_asked_at_their_own_paths() -> None:
    request = Request(model="org/na me", messages=TEXTS, params=Params(extra={"normalize": False}))

    assert tei_embeddings.encode(request) == ("/embed", {"inputs": ["one", "two"], "normalize": False})
    assert hf_embeddings.encode(request) == (
        "/models/org/na%20me/pipeline/feature-extraction",
        {"inputs": ["one", "two"], "normalize": False},
    )
    again = tei_embeddings.decode_request({"inputs": "one", "dimensions": 8, "truncate": True})
    assert again.messages == TEXTS[:1]
    assert again.params == Params(dimensions=8, extra={"truncate": True})


def test_a_list_of_vectors_is_read_like_a_stream_of_them() -> None:
    vectors = [[0.5, 1], [0.25, 0]]

    answer = fold(map(tei_embeddings.decode_event, vectors))

    assert answer == tei_embeddings.decode(vectors)
    assert answer.vectors == ((0.5, 1.0), (0.25, 0.0))


def test_a_vector_for_each_token_is_no_embedding() -> None:
    with pytest.raises(TypeError):
        tei_embeddings.decode([[[0.5, 1.0], [0.25, 0.0]]])


def test_voyage_has_its_own_words_for_what_a_text_is_for() -> None:
    params = Params(dimensions=256, input_type="search_query", extra={"truncation": False})
    request = Request(model="voyage-3.5", messages=TEXTS, params=params)

    path, body = voyage_embeddings.encode(request)

    assert (path, body) == (
        "/embeddings",
        {
            "model": "voyage-3.5",
            "input": ["one", "two"],
            "input_type": "query",
            "output_dimension": 256,
            "truncation": False,
        },
    )
    assert voyage_embeddings.decode_request(body) == request
    plain = Request(model="voyage-3.5", messages=TEXTS)
    assert voyage_embeddings.encode(plain)[1] == {"model": "voyage-3.5", "input": ["one", "two"]}
    with pytest.raises(
        ConfigError, match="no input_type 'clustering': write one of search_query, search_doc"
    ):
        voyage_embeddings.encode(Request(model="m", messages=TEXTS, params=Params(input_type="clustering")))


@pytest.mark.parametrize("wire", [tgi, tei_embeddings, hf_embeddings, voyage_embeddings])
def test_nothing_but_plain_texts_is_taken(wire: Protocol) -> None:
    with pytest.raises(ConfigError, match="takes plain texts, got a turn of role 'system'"):
        wire.encode(Request(model="m", messages=(Message(role="system", content="Be brief."),)))
