"""What the id of a Bedrock model tells, and what its family has other names for."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

FAMILIES = frozenset(
    {
        *("ai21", "amazon", "anthropic", "cohere", "deepseek", "google", "meta", "minimax", "mistral"),
        *("moonshot", "moonshotai", "nvidia", "openai", "qwen", "writer", "zai"),
    }
)
_REGION = re.compile(r"^(?:[a-z]{2}|us-gov|apac|global)\.(?=[a-z0-9-]+\.)")


def base_model(model: str) -> str:
    """The model's own id, without the ARN and the regions of a profile that it is asked through."""
    return _REGION.sub("", model.rpartition("/")[2])


def family(model: str) -> str:
    """Who made the model: the first word of its id; empty where that does not tell."""
    maker = base_model(model).partition(".")[0]
    return maker if maker in FAMILIES else ""


def model_path(model: str, operation: str) -> str:
    """The path of an operation.

    A colon stays as it is, as in Anthropic's own client: the HTTP library would write an escaped one plainly,
    and the signature is made for what is sent.
    """
    return f"/model/{quote(model, safe=':')}/{operation}"


def top_k(model: str, value: int) -> dict[str, Any]:
    """How a family is told `top_k`, among the fields that are passed to the model as they are.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
    """
    match family(model):
        case "amazon":
            return {"inferenceConfig": {"topK": value}}
        case "cohere":
            return {"k": value}
    return {"top_k": value}


def effort(model: str, value: str) -> dict[str, Any] | None:
    """Likewise the effort, of families but Anthropic's; `None` where it is taken from `outputConfig`."""
    match family(model):
        case "openai":
            return {"reasoning_effort": value}
        case "qwen" if value != "none":
            return {"reasoning_config": value}
        case "amazon" if value == "none":
            return {"reasoningConfig": {"type": "disabled"}}
        case "amazon":
            return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": value}}
    return None
