"""Which of our errors a provider's answer is."""

from __future__ import annotations

import pytest

from workbench.transport.kinds import kind_of

USED_UP = ("RateLimitError", False)


@pytest.mark.parametrize(
    ("status", "code", "message", "kind", "retryable"),
    [
        (429, "rate_limit_exceeded", "", "RateLimitError", None),
        (200, "rate_limit_error", "", "RateLimitError", None),
        (429, "insufficient_quota", "", "RateLimitError", False),
        (429, "enforced_spend_limit_reached", "", "RateLimitError", False),
        (402, None, "Insufficient Balance", "RateLimitError", False),
        # Out of money or of a day's share, which only the words say.
        (400, "invalid_request_error", "Your credit balance is too low to access", "RateLimitError", False),
        (403, None, "Your team has either used all available credits or", "RateLimitError", False),
        (429, None, "Your team has either used all available credits or", "RateLimitError", False),
        (403, None, "You have run out of credits or need a subscription", "RateLimitError", False),
        (429, None, "a Trial key, which is limited to 1000 API calls / month", "RateLimitError", False),
        (429, None, "a Trial key, which is limited to 40 API calls / minute", "RateLimitError", None),
        (429, None, "Rate limit exceeded: free-models-per-day", "RateLimitError", False),
        (400, "invalid_request_error", "You have reached your specified API usage limits.", *USED_UP),
        (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please go to", *USED_UP),
        (429, "ThrottlingException", "Too many tokens per day, please wait", *USED_UP),
        (429, "ThrottlingException", "Too many tokens, please wait", "RateLimitError", None),
        # https://github.com/continuedev/continue/issues/11444
        (429, None, "you (x) have reached your session usage limit, upgrade for", *USED_UP),
        # More than the limit of a minute: waiting does not make it smaller.
        (413, "rate_limit_exceeded", "Request too large for model `x` on TPM", "RateLimitError", False),
        (429, "rate_limit_exceeded", "Request too large for gpt-x: Limit 1", "RateLimitError", False),
        (500, None, "we have run out of credits ourselves", "OverloadedError", None),
        (498, "capacity_exceeded", "", "OverloadedError", None),  # Groq's flex tier
        (498, None, "invalid token", "InvalidRequestError", None),  # Cohere's
        (499, None, "request cancelled", "CallTimeoutError", True),
        (401, None, "", "AuthenticationError", None),
        (400, "invalid_api_key", "", "AuthenticationError", None),
        (400, "context_length_exceeded", "", "ContextLengthError", None),
        (400, "exceed_context_size_error", "", "ContextLengthError", None),
        (413, None, "Prompt is too long: 9 tokens", "ContextLengthError", None),
        # https://platform.claude.com/docs/en/build-with-claude/context-windows
        (400, None, "input length and `max_tokens` exceed context limit: 9", "ContextLengthError", None),
        (400, None, "model 'command-r' was removed on September 15", "ModelNotFoundError", None),
        (404, None, "model 'x' not found, try pulling it first", "ModelNotFoundError", None),
        (404, "not_found_error", "model: claude-9", "ModelNotFoundError", None),
        (400, None, "Model Not Exist", "ModelNotFoundError", None),
        (404, None, "Not Found", "InvalidRequestError", None),
        (400, None, "temperature: not supported with this model", "InvalidRequestError", None),
        (408, None, "", "CallTimeoutError", True),
        (409, None, "", "CallTimeoutError", True),
        (425, None, "", "CallTimeoutError", True),
        (500, None, "", "OverloadedError", None),
        (529, "overloaded_error", "", "OverloadedError", None),
        (200, "overloaded_error", "", "OverloadedError", None),
        (200, None, "upstream failed", "OverloadedError", None),
        (200, "502", "", "OverloadedError", None),
        (200, "429", "", "RateLimitError", None),
        (200, "invalid_request_error", "", "InvalidRequestError", None),
        (200, "not_found_error", "model: claude-9", "ModelNotFoundError", None),
        (200, "request_too_large", "", "InvalidRequestError", None),
        (200, "image_too_large", "", "InvalidRequestError", None),
        (200, "server_error", "", "OverloadedError", None),
        (500, "server_error", "image input is not supported - hint: …", "InvalidRequestError", None),
    ],
)
def test_a_providers_words_decide_the_kind(
    status: int, code: str | None, message: str, kind: str, retryable: bool | None
) -> None:
    found, told = kind_of(status, code, message)
    assert (found.__name__, told) == (kind, retryable)
