"""What can go wrong, named by what the caller can do about it.

```
WorkbenchError
├─ ConfigError                nothing was sent: set a key, fix a name
├─ DataError                  a file of ours or yours is not what it should be
├─ OutputError                an answer came, and does not fit the schema that was asked for
└─ CallError                  something was sent: provider, model, status, request_id, attempts, body
   ├─ ConnectionFailedError     no answer                          retryable
   ├─ CallTimeoutError          too late, or stopped half way      retryable
   ├─ RateLimitError            429; retry_after_s                 retryable, unless a quota is used up
   ├─ OverloadedError           5xx, 529, an error inside a stream retryable
   ├─ InvalidRequestError       4xx: our request is at fault
   │  ├─ AuthenticationError      401, 403
   │  ├─ ModelNotFoundError       the provider does not know the model
   │  └─ ContextLengthError       the prompt does not fit
   └─ UnreadableError           the answer is not in the protocol
```

A refusal or a truncated answer is a completion (`finish_reason`), not an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from workbench.calls import Attempt, Completion, Timing

# Codes and phrases by which providers say that waiting will not help: the account is out of money.
# OpenAI: code insufficient_quota. Anthropic: error_code enforced_spend_limit_reached. DeepSeek: 402.
# Moonshot: type exceeded_current_quota_error, with status 429. Alibaba: Arrearage, with 400, and free tiers.
QUOTA_CODES = frozenset(
    {"insufficient_quota", "enforced_spend_limit_reached", "billing_error", "billing_hard_limit_reached"}
    | {"ServiceQuotaExceededException", "daily_quota_exceeded", "contract_spend_limit_reached"}
    | {"exceeded_current_quota_error", "Arrearage", "AllocationQuota.FreeTierOnly"}
)
# The same in words, where the code does not tell: Anthropic (400), xAI (403, 429), Cohere's trial keys and
# OpenRouter's free models (429), Z.ai and Zhipu (429); and what is larger than the limit of a minute: OpenAI
# (429), Groq (413).
QUOTA_PHRASES = (
    "credit balance is too low",
    "used all available credits",
    "run out of credits",
    "api calls / month",
    "free-models-per-day",
    "insufficient balance",
    "余额不足",
    "request too large for",
)
# Groq's flex tier, with status 498.
OVERLOAD_CODES = frozenset({"capacity_exceeded", "overloaded_error"})
RATE_CODES = frozenset({"rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"})
KEY_CODES = frozenset(
    {"authentication_error", "permission_error", "invalid_api_key"}
    | {"API_KEY_INVALID", "UNAUTHENTICATED", "PERMISSION_DENIED"}
)
# A wrong key, said with 400: xAI.
KEY_PHRASES = ("incorrect api key",)
# OpenRouter says with 403 that a moderator of its did not let the prompt pass.
MODERATION_PHRASES = ("requires moderation", "input was flagged")
# What says inside a stream that it is not the provider's fault.
REQUEST_CODES = frozenset(
    {
        *("invalid_request_error", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND"),
        # OpenAI's Responses, of those that fail when they have begun.
        *("invalid_prompt", "bio_policy", "misalignment_policy_violation", "data_residency_mismatch"),
        *("invalid_image", "invalid_image_format", "invalid_base64_image", "invalid_image_url"),
        *("image_too_large", "image_too_small", "image_parse_error", "image_file_too_large"),
        *("image_content_policy_violation", "unsupported_image_media_type", "empty_image_file"),
    }
)
CONTEXT_CODES = frozenset(
    {"context_length_exceeded", "exceed_context_size_error", "model_context_window_exceeded"}
)
CONTEXT_PHRASES = (
    "context length",
    "context window",
    "context size",
    "prompt is too long",
    "maximum context",
    "input token count",  # Gemini
    "too many tokens: ",  # Cohere
    "`inputs` must have less than",  # TGI
    "`inputs` tokens + `max_new_tokens`",
    "input is too long",  # Bedrock: all families; Titan and Nova
    "too many input tokens",
    "input tokens exceed",
    "reduce the length of the messages",  # Groq, which gives no code
    "maximum prompt length",  # xAI
    "exceeded model token limit",  # Moonshot
    "range of input length",  # Alibaba
    "prompt exceeds max length",  # Z.ai
)
# What AWS's exceptions are, for those that come inside a stream of status 200.
AWS_STATUS = {
    "ThrottlingException": 429,
    "ModelTimeoutException": 408,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ValidationException": 400,
}
# OpenAI; Azure, and the models of others there; Groq; the router of Hugging Face.
MODEL_CODES = frozenset(
    {"model_not_found", "DeploymentNotFound", "unknown_model", "model_decommissioned", "model_not_supported"}
)
# A model that is not there, said with 400: OpenRouter, DeepSeek, Mistral, Bedrock, Z.ai, Zhipu, Cloudflare,
# xAI; and with 404, but without that word: OpenRouter, NVIDIA.
MODEL_PHRASES = (
    *("not a valid model", "model not exist", "invalid model", "model identifier is invalid"),
    *("unknown model", "模型不存在", "no such model", "model not found"),
    *("no endpoints found for", "not found for account"),
)

# llama.cpp says with 500 what no second try mends: that a model without eyes was shown a picture.
BLIND_PHRASE = "image input is not supported"


class WorkbenchError(Exception):
    """Base of every error that the workbench raises on purpose."""


class ConfigError(WorkbenchError):
    """Nothing was sent: a key, a name or a setting has to be mended first."""


class DataError(WorkbenchError):
    """A data set or a log file is not what it should be; the message names the place and the remedy."""


class OutputError(WorkbenchError):
    """An answer came and is a row of the log, but does not fit the schema that was asked for.

    Attributes:
        completion: The answer.
        problem: What does not fit.
    """

    def __init__(self, message: str, *, completion: Completion | None = None, problem: str = "") -> None:
        super().__init__(message)
        self.completion = completion
        self.problem = problem

    @property
    def text(self) -> str:
        """What the model wrote."""
        return "" if self.completion is None else self.completion.text


class CallError(WorkbenchError):
    """Something was sent, and no completion came of it.

    Attributes:
        provider: Who was asked.
        model: The model's id, as the provider knows it.
        status: HTTP status, `None` where there was no answer.
        request_id: The provider's id of the request, where it gave one.
        retry_after_s: How long the provider asks to wait, seconds; `None` where it does not say.
        body: The provider's own words: the answer's body, cut at 4,000 characters, keys redacted.
        retryable: Whether the same call may succeed later.
        attempts: Every HTTP try of the call, the last one included.
        timing: What is known of the times of the call; `None` before the call has ended.
        partial: What had arrived before the answer broke off; `None` where nothing had.
    """

    retryable_by_kind: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        status: int | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        body: str = "",
        retryable: bool | None = None,
        partial: Completion | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.status = status
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.body = body
        self.retryable = self.retryable_by_kind if retryable is None else retryable
        self.attempts: tuple[Attempt, ...] = ()
        self.timing: Timing | None = None
        self.partial = partial


class ConnectionFailedError(CallError):
    """No answer: the host is unknown, refuses the connection or hung up before it answered."""

    retryable_by_kind = True


class CallTimeoutError(CallError):
    """The answer came too late, or stopped half way."""

    retryable_by_kind = True


class RateLimitError(CallError):
    """429. Not retryable where the provider says that a quota is used up."""

    retryable_by_kind = True


class OverloadedError(CallError):
    """The provider failed: 5xx, 529, or an error inside a stream."""

    retryable_by_kind = True


class InvalidRequestError(CallError):
    """4xx: the request itself is at fault."""


class AuthenticationError(InvalidRequestError):
    """401 or 403: the key is missing, wrong, or not allowed to do this."""


class ModelNotFoundError(InvalidRequestError):
    """The provider does not know the model."""


class ContextLengthError(InvalidRequestError):
    """The prompt does not fit into the model's context."""


class UnreadableError(CallError):
    """The answer is not in the protocol: HTML, broken JSON, or JSON of another shape."""


def kind_of(status: int, code: str | None, message: str) -> tuple[type[CallError], bool | None]:
    """The error class for a provider's answer, and whether it may be retried (`None`: as its class says).

    Args:
        status: HTTP status; 200 for an error that came inside a stream.
        code: The provider's code or type of the error, as it wrote it.
        message: The provider's words.
    """
    words = message.lower()
    if status < 300 and code is not None and code.isdecimal():
        status = int(code)  # OpenRouter says inside a 200 which status it would have been
    if status < 300 and code == "validation":
        status = 422  # TGI likewise, where a stream was asked for
    if status < 300 and code is not None:
        status = AWS_STATUS.get(code, status)
    if status == 424:
        # AWS: the model failed. SageMaker says which status its server answered with.
        status = int(code) if code is not None and code.isdecimal() else 500
    kind: type[CallError] = InvalidRequestError
    retryable: bool | None = None
    if code in QUOTA_CODES or status == 402 or (status < 500 and any(p in words for p in QUOTA_PHRASES)):
        kind, retryable = RateLimitError, False
    elif status == 429 or code in RATE_CODES:
        kind = RateLimitError
    elif _is_about_the_key(status, code, words):
        kind = AuthenticationError
    elif code in CONTEXT_CODES or (status in {400, 413, 422} and any(p in words for p in CONTEXT_PHRASES)):
        kind = ContextLengthError
    elif (
        code in MODEL_CODES
        or (status == 404 and "model" in words)
        or (status in {400, 404} and any(p in words for p in MODEL_PHRASES))
    ):
        kind = ModelNotFoundError
    elif BLIND_PHRASE in words:
        kind = InvalidRequestError
    elif status >= 500 or code in OVERLOAD_CODES or (status < 300 and code not in REQUEST_CODES):
        kind = OverloadedError
    elif status in {408, 409, 425, 499}:  # the SDKs of OpenAI and Anthropic retry these too; Cohere's 499
        kind, retryable = CallTimeoutError, True
    return kind, retryable


def _is_about_the_key(status: int, code: str | None, words: str) -> bool:
    if status == 403 and any(phrase in words for phrase in MODERATION_PHRASES):
        return False
    wrong = status == 400 and any(phrase in words for phrase in KEY_PHRASES)
    return wrong or status in {401, 403} or code in KEY_CODES
