"""How hard Gemini's models think: a level for newer models, a number of tokens for those before Gemini 3.

Source: https://ai.google.dev/gemini-api/docs/thinking
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import ConfigError

LEVELS = {
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "XHIGH",
    "max": "XHIGH",
}
# As Google's own endpoint in OpenAI's format translates them; 24,576 is the most that Flash takes.
# https://ai.google.dev/gemini-api/docs/openai#thinking
BUDGETS = {
    "none": 0,
    "minimal": 1024,
    "low": 1024,
    "medium": 8192,
    "high": 24_576,
    "xhigh": 24_576,
    "max": 24_576,
}
_BEFORE_3 = re.compile(r"gemini-[12]\b")


def wants_signatures(model: str) -> bool:
    """Whether the model refuses calls of functions that come back without the mark of the thinking behind."""
    return "gemini" in model and not _BEFORE_3.search(model)


def thinking(model: str, effort: str | None) -> dict[str, Any] | None:
    """The `thinkingConfig` of an effort, with which the thinking is shown; `None` without one.

    Args:
        model: Its id.
        effort: In our words; `max` is Gemini's `XHIGH`.

    Raises:
        ConfigError: There is no such effort, or the model cannot be kept from thinking.
    """
    if effort is None:
        return None
    if _BEFORE_3.search(model):
        if effort not in BUDGETS:
            raise ConfigError(
                f"no reasoning_effort {effort!r} for {model}: write one of {', '.join(BUDGETS)}"
            )
        return {"thinkingBudget": BUDGETS[effort], "includeThoughts": effort != "none"}
    if effort not in LEVELS:
        raise ConfigError(
            f"no reasoning_effort {effort!r} for {model}, which always thinks: write one of "
            f"{', '.join(LEVELS)}"
        )
    return {"thinkingLevel": LEVELS[effort], "includeThoughts": True}


def effort_of(config: Mapping[str, Any]) -> str | None:
    """The effort that a `thinkingConfig` asks for; `None` where it has no level of ours."""
    level = str(config.get("thinkingLevel", "")).upper()
    return next((effort for effort, written in LEVELS.items() if written == level), None)
