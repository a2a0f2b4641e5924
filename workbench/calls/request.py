"""What a provider is asked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Literal

from workbench.calls import media

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A piece of text inside a message of several parts."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture inside a message: either its bytes and media type, or the URL where the provider finds it."""

    data: bytes | None = field(default=None, repr=False)
    media_type: str = "image/png"
    url: str | None = None

    @classmethod
    def of(cls, source: media.Source) -> Image:
        """The picture at a path or URL, or of these bytes; its media type is read from its first bytes.

        A picture at `http://…` or `https://…` is not fetched: the provider does that, where it can.

        Raises:
            ConfigError: There is no such file, it is no picture, or it is larger than 50 MiB.
        """
        if media.is_url(source):
            return cls(url=str(source))
        data, _ = media.read(source, "image")
        return cls(data=data, media_type=media.image_type(data, source))

    @property
    def base64(self) -> str:
        """The bytes in base64; empty where only a URL is known."""
        return base64.b64encode(self.data or b"").decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A document inside a message: its bytes and media type, or the URL where the provider finds it."""

    data: bytes | None = field(default=None, repr=False)
    media_type: str = "application/pdf"
    url: str | None = None
    name: str | None = None

    @classmethod
    def of(cls, source: media.Source, *, media_type: str | None = None, name: str | None = None) -> File:
        """The document at a path or URL, or of these bytes.

        Args:
            source: As of `Image.of`.
            media_type: What it is; told by its first bytes, its name, or as plain text where not given.
            name: What the model knows it by; the file's where not given.

        Raises:
            ConfigError: There is no such file, its type cannot be told, or it is larger than 50 MiB.
        """
        if media.is_url(source):
            return cls(url=str(source), media_type=media_type or "application/pdf", name=name)
        data, own_name = media.read(source, "file")
        name = name or own_name
        return cls(data=data, media_type=media_type or media.file_type(data, name, source), name=name)

    @property
    def base64(self) -> str:
        """The bytes in base64; empty where only a URL is known."""
        return base64.b64encode(self.data or b"").decode()


Part = Text | Image | File


@dataclass(frozen=True, kw_only=True, slots=True)
class Thought:
    """A piece of a model's thinking, as some providers want it back with the turn that it led to.

    Attributes:
        text: What the provider shows of it; may be empty.
        signature: Its mark on the text (Anthropic, Bedrock, Gemini).
        data: Thinking that only the provider can read (Anthropic's redacted, OpenAI's encrypted).
        id: Its name at the provider (OpenAI's Responses); where it has none, and nobody else can take it,
            what it is: `tool_plan` of Cohere, `thought_signature` of Gemini, a `reasoning.…` of OpenRouter.

    A protocol sends those whose form is its own: what another provider's model thought cannot be checked.
    """

    text: str = ""
    signature: str | None = None
    data: str | None = None
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """A function that the model wants to have called; `arguments` is JSON text as the model wrote it.

    No arguments are `{}` in the calls of a completion, whatever was written.

    `signature` is Gemini's mark of the thinking behind it, which goes back with the call.
    """

    id: str
    name: str
    arguments: str
    signature: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A function that the model may ask to have called; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputSchema:
    """The JSON schema that the answer has to fit; `name` is for providers that want one."""

    schema: Mapping[str, Any]
    name: str = "answer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a conversation.

    `tool_calls` and `thoughts` belong to an assistant's turn, `tool_call_id` to the turn of role `tool` that
    answers a call.
    """

    role: Role
    content: str | tuple[Part, ...] = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    thoughts: tuple[Thought, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """Parameters that at least two protocols share; `None` is not sent, `0` and `""` are.

    Attributes:
        temperature: Of sampling, at least 0.
        top_p: Share of the probability that is sampled from, in [0, 1].
        top_k: Number of tokens that are sampled from.
        max_tokens: Most tokens of the answer.
        stop: Texts at which the answer ends.
        seed: Of sampling.
        frequency_penalty: Against repeated tokens, in [-2, 2].
        presence_penalty: Likewise, however often.
        reasoning_effort: `none`, `minimal`, `low`, `medium`, `high`, `xhigh` or `max`.
        logprobs: How many likeliest tokens to tell at each place, with their log-probabilities; 0 for that
            of the chosen token alone.
        n: Number of answers.
        service_tier: How fast and at what price: a word of the provider's.
        parallel_tool_calls: Whether one turn may ask for several calls.
        dimensions: Of an embedding.
        input_type: What a text is embedded for, in Cohere's words: `search_document`, `search_query`,
            `classification` or `clustering`.
        extra: Goes into the request's body as it is, for what only one provider has.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    reasoning_effort: str | None = None
    logprobs: int | None = None
    n: int | None = None
    service_tier: str | None = None
    parallel_tool_calls: bool | None = None
    dimensions: int | None = None
    input_type: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def given(self) -> tuple[str, ...]:
        """The names of those that are set, `extra` aside."""
        return tuple([name for name, value in zip(PARAMS, _values(self), strict=True) if value is not None])


PARAMS = tuple(each.name for each in fields(Params) if each.name != "extra")
_values = attrgetter(*PARAMS)  # of all at once: each call asks for them thrice


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a provider is asked.

    Attributes:
        model: The id that the provider knows.
        messages: The conversation. Of a text completion it is one user's turn, the prompt; of embeddings
            each user's turn is a text to embed.
        params: Parameters.
        tools: Functions that the model may ask to have called.
        tool_choice: `auto`, `none`, `required`, or the name of the tool that has to be called.
        output: The schema that the answer has to fit.
        stream: Whether the answer should come in pieces.
    """

    model: str
    messages: tuple[Message, ...]
    params: Params = Params()
    tools: tuple[Tool, ...] = ()
    tool_choice: str | None = None
    output: OutputSchema | None = None
    stream: bool = False
