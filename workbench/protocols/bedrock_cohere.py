"""Requests for Cohere's Command models in the first version of its chat, which InvokeModel takes.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command-r-plus.html
"""

from __future__ import annotations

from typing import Any

from workbench.calls import Request
from workbench.errors import ConfigError
from workbench.protocols.encoding import check, only, present, text_of

CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed"),
        *("frequency_penalty", "presence_penalty"),
    }
)
_SPEAKERS = {"user": "USER", "assistant": "CHATBOT"}


def encode_cohere(request: Request) -> dict[str, Any]:
    """The body: the last turn is the message, those before it the history.

    Raises:
        ConfigError: The last turn is not the user's; tools, pictures and their like.
    """
    only(request, CARRIES, protocol=f"bedrock_invoke with {request.model}")
    check(request.messages, protocol="bedrock_invoke", image_roles=())
    system = [text_of(each) for each in request.messages if each.role == "system"]
    turns = [each for each in request.messages if each.role != "system"]
    if any(turn.role not in _SPEAKERS or turn.tool_calls for turn in turns):
        raise ConfigError("there is no way for tool calls here: ask the model as 'bedrock/…', by Converse")
    if not turns or turns[-1].role != "user":
        raise ConfigError("cohere's models answer the user: let the last turn be of role 'user'")
    params = request.params
    history = [{"role": _SPEAKERS[each.role], "message": text_of(each)} for each in turns[:-1]]
    body = present(
        message=text_of(turns[-1]),
        chat_history=history or None,
        preamble="\n\n".join(system) if system else None,
        max_tokens=params.max_tokens,
        temperature=params.temperature,
        p=params.top_p,
        k=params.top_k,
        stop_sequences=None if params.stop is None else list(params.stop),
        seed=params.seed,
        frequency_penalty=params.frequency_penalty,
        presence_penalty=params.presence_penalty,
    )
    return body | dict(params.extra)
