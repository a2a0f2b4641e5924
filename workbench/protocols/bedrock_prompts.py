"""Conversations as one text, for the models that InvokeModel gives the bare prompt to.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.calls import Message, Request
from workbench.errors import ConfigError
from workbench.protocols.encoding import check, only, text_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompted:
    """A family that goes on with a text.

    Attributes:
        begin: What stands before the turns.
        turns: What a turn looks like, by its role; where there is none for `system`, it goes before the
            user's first words.
        end: What the answer follows.
        names: Our parameters to its own.
        prompt: The field of the text.
        inside: The field that the parameters are in, where they are not beside the text.
    """

    begin: str = ""
    turns: Mapping[str, str]
    end: str = ""
    names: Mapping[str, str]
    prompt: str = "prompt"
    inside: str | None = None

    def encode(self, request: Request) -> dict[str, Any]:
        """The body.

        Raises:
            ConfigError: A parameter that the family does not have; tools, pictures and their like.
        """
        only(request, frozenset(self.names), protocol=f"bedrock_invoke with {request.model}")
        check(request.messages, protocol="bedrock_invoke", image_roles=())
        given = {
            theirs: value
            for ours, theirs in self.names.items()
            if (value := getattr(request.params, ours)) is not None
        }
        params = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
        body: dict[str, Any] = {self.prompt: self.text(request.messages)}
        if self.inside is None:
            return body | params | dict(request.params.extra)
        return body | ({self.inside: params} if params else {}) | dict(request.params.extra)

    def text(self, messages: Sequence[Message]) -> str:
        """The conversation as one text."""
        before = ""
        written = [self.begin]
        for message in messages:
            if message.role == "tool" or message.tool_calls:
                raise ConfigError("a prompt has no tool calls: ask the model as 'bedrock/…', by Converse")
            if message.role not in self.turns:
                before += text_of(message) + "\n\n"
                continue
            told = before if message.role == "user" else ""
            before = "" if told else before
            written.append(self.turns[message.role].replace("{text}", told + text_of(message)))
        return "".join([*written, self.end])


def _headed(begin: str, head: str, end: str) -> Prompted:
    roles = ("system", "user", "assistant")
    return Prompted(
        begin=begin,
        turns={role: head.replace("{role}", role) + "{text}" + end for role in roles},
        end=head.replace("{role}", "assistant"),
        names={"max_tokens": "max_gen_len", "temperature": "temperature", "top_p": "top_p"},
    )


_SAME = {"max_tokens": "max_tokens", "temperature": "temperature", "top_p": "top_p", "stop": "stop"}
LLAMA_3 = _headed("<|begin_of_text|>", "<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>")
LLAMA_4 = _headed("<|begin_of_text|>", "<|header_start|>{role}<|header_end|>\n\n", "<|eot|>")
MISTRAL = Prompted(
    begin="<s>",
    turns={"user": "[INST] {text} [/INST]", "assistant": " {text}</s>"},
    names={**_SAME, "top_k": "top_k"},
)
DEEPSEEK = Prompted(
    begin="<｜begin▁of▁sentence｜>",
    turns={
        "system": "{text}",
        "user": "<｜User｜>{text}",
        "assistant": "<｜Assistant｜>{text}<｜end▁of▁sentence｜>",
    },
    end="<｜Assistant｜>",
    names=_SAME,
)
TITAN = Prompted(
    turns={"system": "{text}\n", "user": "User: {text}\n", "assistant": "Bot: {text}\n"},
    end="Bot:",
    names={
        "max_tokens": "maxTokenCount",
        "temperature": "temperature",
        "top_p": "topP",
        "stop": "stopSequences",
    },
    prompt="inputText",
    inside="textGenerationConfig",
)
