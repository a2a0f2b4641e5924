"""The nouns of one call: what goes down to a provider and what comes back, the same for all of them."""

from workbench.calls.call import Call, Endpoint, Operation, Progress, Timeouts
from workbench.calls.completion import (
    USAGE_FIELDS,
    Attempt,
    Chunk,
    Completion,
    FinishReason,
    ThoughtPiece,
    Timing,
    TokenLogprob,
    ToolCallPiece,
    Usage,
    Vector,
)
from workbench.calls.folding import fold, in_one_chunk
from workbench.calls.key import cache_key
from workbench.calls.model import ModelInfo
from workbench.calls.request import (
    PARAMS,
    File,
    Image,
    Message,
    OutputSchema,
    Params,
    Part,
    Request,
    Role,
    Text,
    Thought,
    Tool,
    ToolCall,
)
from workbench.calls.secret import Secret

__all__ = [
    "PARAMS",
    "USAGE_FIELDS",
    "Attempt",
    "Call",
    "Chunk",
    "Completion",
    "Endpoint",
    "File",
    "FinishReason",
    "Image",
    "Message",
    "ModelInfo",
    "Operation",
    "OutputSchema",
    "Params",
    "Part",
    "Progress",
    "Request",
    "Role",
    "Secret",
    "Text",
    "Thought",
    "ThoughtPiece",
    "Timeouts",
    "Timing",
    "TokenLogprob",
    "Tool",
    "ToolCall",
    "ToolCallPiece",
    "Usage",
    "Vector",
    "cache_key",
    "fold",
    "in_one_chunk",
]
