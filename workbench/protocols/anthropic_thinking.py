"""How hard Anthropic's models think: an effort for newer models, a number of tokens for older ones.

Models before Claude 4.6 know no adaptive thinking, those after it take nothing else.
Source: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import ConfigError

DEFAULT_MAX_TOKENS = 4096
"""Sent where a request sets no limit, because the protocol has no default of its own."""

THINKING_MAX_TOKENS = 32_000
"""Likewise where an effort is asked for, for thinking counts; no model that thinks has a lower maximum."""

BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 24_576, "max": 28_672}
"""Tokens of thinking by effort, for models that want a number; 1,024 is the least that they take."""

_BY_BUDGET = re.compile(r"claude-(3|(opus|sonnet|haiku)-4(?!-[6-9]))")


def limit_of(max_tokens: int | None, effort: str | None) -> int:
    """The limit that is sent: the one that was given, else the default."""
    if max_tokens is not None:
        return max_tokens
    return DEFAULT_MAX_TOKENS if effort in {None, "none"} else THINKING_MAX_TOKENS


def thinking(model: str, effort: str | None, max_tokens: int) -> dict[str, Any]:
    """The fields of a body that say how hard to think: `thinking` and `output_config`, where there are any.

    Args:
        model: Its id; what it contains decides between effort and budget.
        effort: In our words; `minimal` is Anthropic's `low`.
        max_tokens: Of thinking and answer together.

    Raises:
        ConfigError: The thinking takes all tokens that the answer may have.
    """
    if effort is None:
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if effort in BUDGETS and _BY_BUDGET.search(model):
        if BUDGETS[effort] >= max_tokens:
            raise ConfigError(
                f"reasoning_effort {effort!r} of {model} takes {BUDGETS[effort]:,} tokens, and max_tokens is "
                f"{max_tokens:,} for thinking and answer together: allow more, or ask for less effort"
            )
        return {"thinking": {"type": "enabled", "budget_tokens": BUDGETS[effort]}}
    return {
        # Newer models leave the text of their thinking out, unless it is asked for.
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "low" if effort == "minimal" else effort},
    }


def effort_of(body: Mapping[str, Any]) -> str | None:
    """The effort that a body asks for; `None` where it says nothing, or a budget that is none of ours."""
    match body:
        case {"thinking": {"type": "disabled"}}:
            return "none"
        case {"thinking": {"type": "enabled", "budget_tokens": budget}}:
            return next((effort for effort, tokens in BUDGETS.items() if tokens == budget), None)
        case {"output_config": {"effort": str(effort)}}:
            return effort
    return None
