"""Which of our errors a provider's answer is, by its status, its code and its words."""

from __future__ import annotations

from workbench.errors import (
    AuthenticationError,
    CallError,
    CallTimeoutError,
    ContextLengthError,
    InvalidRequestError,
    ModelNotFoundError,
    OverloadedError,
    RateLimitError,
)

# Codes and phrases by which providers say that waiting will not help: the account is out of money.
# OpenAI: code insufficient_quota. Anthropic: error_code enforced_spend_limit_reached. DeepSeek: 402.
# Moonshot: type exceeded_current_quota_error, with status 429. Alibaba: Arrearage, with 400, and free tiers.
QUOTA_CODES = frozenset(
    {"insufficient_quota", "enforced_spend_limit_reached", "billing_error", "billing_hard_limit_reached"}
    | {"ServiceQuotaExceededException", "daily_quota_exceeded", "contract_spend_limit_reached"}
    | {"exceeded_current_quota_error", "Arrearage", "AllocationQuota.FreeTierOnly"}
)
# The same in words, where the code does not tell: Anthropic (400), xAI (403, 429), Cohere's trial keys and
# OpenRouter's free models (429), Z.ai and Zhipu (429), Google's AI Studio, Bedrock and Ollama's cloud (429);
# and what is larger than the limit of a minute: OpenAI (429), Groq (413).
QUOTA_PHRASES = (
    "credit balance is too low",
    "specified api usage limits",
    "used all available credits",
    "run out of credits",
    "api calls / month",
    "free-models-per-day",
    "insufficient balance",
    "余额不足",
    "credits are depleted",
    "monthly spending cap",
    "too many tokens per day",
    *("session usage limit", "weekly usage limit"),
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
    "exceed context limit",  # Anthropic, where the answer's limit counts too
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
# What the exceptions of AWS and the types of Anthropic's errors are, for those inside a stream of status 200.
STATUS_OF = {
    "not_found_error": 404,
    "request_too_large": 413,
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
# xAI, Cohere; and with 404, but without that word: OpenRouter, NVIDIA.
MODEL_PHRASES = (
    *("not a valid model", "model not exist", "invalid model", "model identifier is invalid"),
    *("unknown model", "模型不存在", "no such model", "model not found"),
    *("no endpoints found for", "not found for account", "was removed on"),
)

# llama.cpp says with 500 what no second try mends: that a model without eyes was shown a picture.
BLIND_PHRASE = "image input is not supported"


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
        status = STATUS_OF.get(code, status)
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
