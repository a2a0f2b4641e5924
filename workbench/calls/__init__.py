"""The nouns of one call: what goes down to a provider and what comes back, the same for all of them."""

from workbench.calls.call import Call, Endpoint, Progress, Timeouts
from workbench.calls.completion import (
    USAGE_FIELDS,
    Attempt,
    Chunk,
    Completion,
    FinishReason,
    Timing,
    ToolCallPiece,
    Usage,
)
from workbench.calls.folding import fold, in_one_chunk
from workbench.calls.key import cache_key
from workbench.calls.request import Image, Message, Params, Part, Request, Role, Text, ToolCall
from workbench.calls.secret import Secret

__all__ = [
    "USAGE_FIELDS",
    "Attempt",
    "Call",
    "Chunk",
    "Completion",
    "Endpoint",
    "FinishReason",
    "Image",
    "Message",
    "Params",
    "Part",
    "Progress",
    "Request",
    "Role",
    "Secret",
    "Text",
    "Timeouts",
    "Timing",
    "ToolCall",
    "ToolCallPiece",
    "Usage",
    "cache_key",
    "fold",
    "in_one_chunk",
]
