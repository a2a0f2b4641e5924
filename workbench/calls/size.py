"""How large a request is: about so many tokens, where nothing better is known."""

from __future__ import annotations

import json

from workbench.calls.request import Request, Text

# About what English prose has with the tokenizers of 2023 to 2026, and a model's template around it.
BYTES_PER_TOKEN = 3.8
FIRST_TOKENS = 5.0
# Pictures have 85 to about 3,000 tokens, by their size and by rules that differ; documents more, by the page.
PICTURE_TOKENS = 800


def pictures_in(request: Request) -> int:
    """The number of pictures and documents in a request."""
    contents = (message.content for message in request.messages if not isinstance(message.content, str))
    return sum(not isinstance(part, Text) for content in contents for part in content)


def guessed_tokens(request: Request) -> int:
    """About how many tokens of input a request has, at least 1: a guess that can be off by half."""
    said = 0
    for message in request.messages:
        if isinstance(message.content, str):
            said += _bytes(message.content)
        else:
            said += sum(_bytes(part.text) for part in message.content if isinstance(part, Text))
        said += sum(_bytes(call.name) + _bytes(call.arguments) for call in message.tool_calls)
    for tool in request.tools:
        said += _bytes(tool.name) + _bytes(tool.description) + len(json.dumps(dict(tool.parameters)))
    return round(FIRST_TOKENS + said / BYTES_PER_TOKEN + PICTURE_TOKENS * pictures_in(request))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
