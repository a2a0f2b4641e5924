"""What can go wrong, named by what the caller can do about it.

```
WorkbenchError
├─ ConfigError                nothing was sent: set a key, fix a name
│  └─ BudgetError               nothing was sent: the budget would not hold
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


class WorkbenchError(Exception):
    """Base of every error that the workbench raises on purpose."""


class ConfigError(WorkbenchError):
    """Nothing was sent: a key, a name or a setting has to be mended first."""


class BudgetError(ConfigError):
    """Nothing was sent: it could have cost more than the budget has."""


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
