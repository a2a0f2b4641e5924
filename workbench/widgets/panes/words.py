"""What widgets say about a call that has ended, in words."""

from __future__ import annotations

from decimal import Decimal

from workbench.calls import Completion
from workbench.errors import (
    AuthenticationError,
    CallError,
    ContextLengthError,
    ModelNotFoundError,
    RateLimitError,
    WorkbenchError,
)

ADVICE: tuple[tuple[type[CallError], str], ...] = (
    (AuthenticationError, "Check the key of this provider."),
    (ModelNotFoundError, "Pick another model, or check how this one is spelled."),
    (ContextLengthError, "Shorten the prompt, or pick a model with a longer context."),
)


def failure(error: Exception) -> str:
    """What went wrong, and what the reader can do about it where the message may not say so."""
    if not isinstance(error, WorkbenchError):
        return (
            f"{type(error).__name__}: {error}. Nobody foresaw this one: `.errors` has it, with its traceback."
        )
    message = str(error)
    if isinstance(error, CallError) and error.retryable:
        wait = "" if error.retry_after_s is None else f" in {error.retry_after_s:.0f} s"
        return f"{message}\nThis may pass: press Run again{wait}."
    advice = next((advice for kind, advice in ADVICE if isinstance(error, kind)), "")
    return f"{message}\n{advice}".rstrip()


def waiting(seconds: float, error: CallError) -> str:
    """Why nothing comes for a while, and for how long."""
    status = "" if error.status is None else f" ({error.status})"
    reason = "has had enough requests for now" if isinstance(error, RateLimitError) else "did not answer"
    return f"{error.provider or 'the provider'} {reason}{status}: asking again in {seconds:.0f} s"


def remark(completion: Completion) -> str:
    """How an answer ended, where it did not simply end; likewise that it came from the cache."""
    remarks = []
    if completion.finish_reason == "length":
        remarks.append("cut off: the token limit was reached")
    elif completion.finish_reason == "content_filter":
        remarks.append("refused by the provider's content filter")
    elif completion.finish_reason not in {"stop", "tool_calls", None}:
        remarks.append(f"ended by {completion.finish_reason}")
    if completion.tool_calls:
        remarks.append(
            "asks for " + ", ".join(f"{call.name}({call.arguments})" for call in completion.tool_calls)
        )
    elif not completion.text:
        remarks.append("the answer is empty")
    if completion.cached:
        remarks.append("from the cache")
    return " · ".join(remarks)


def money(cost_usd: Decimal | None) -> str:
    """A cost as people read it: four decimals from a cent up, six below it."""
    if cost_usd is None:
        return "cost unknown"
    if cost_usd == 0:
        return "free"
    if cost_usd < Decimal("0.000001"):
        return "< $0.000001"
    return f"${cost_usd:.4f}" if cost_usd >= Decimal("0.01") else f"${cost_usd:.6f}"
