"""The errors of Google's APIs: a status in words, and details of many kinds.

Source: https://cloud.google.com/apis/design/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords

DAILY_QUOTA = "daily_quota_exceeded"
"""Our code for a quota of a day that is used up, for which Google asks to wait seconds all the same."""


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says; `None` where there is none.

    Its code is Google's status (`RESOURCE_EXHAUSTED`), or `API_KEY_INVALID`, which comes as a mere bad
    request, or `daily_quota_exceeded`.
    """
    words = error_words(body)
    error = body.get("error")
    if words is None or not isinstance(error, Mapping):
        return words
    details = error.get("details")
    known = [each for each in details if isinstance(each, Mapping)] if isinstance(details, list) else []
    return ErrorWords(
        message=words.message, code=_code(error, known) or words.code, retry_after_s=_retry_after_s(known)
    )


def _code(error: Mapping[str, Any], details: list[Mapping[str, Any]]) -> str | None:
    if any(each.get("reason") == "API_KEY_INVALID" for each in details):
        return "API_KEY_INVALID"
    if any(_is_daily(violation) for each in details for violation in _violations(each)):
        return DAILY_QUOTA
    status = error.get("status")
    return status if isinstance(status, str) and status else None


def _violations(detail: Mapping[str, Any]) -> list[Any]:
    violations = detail.get("violations")
    return violations if isinstance(violations, list) else []


def _is_daily(violation: Any) -> bool:
    # quotaId is like GenerateRequestsPerDayPerProjectPerModel-FreeTier, quotaMetric like …_per_day.
    if not isinstance(violation, Mapping):
        return False
    names = f"{violation.get('quotaId')} {violation.get('quotaMetric')}".lower()
    return "perday" in names or "per_day" in names


def _retry_after_s(details: list[Mapping[str, Any]]) -> float | None:
    """Of google.rpc.RetryInfo, a duration like `34s` or `20.04s`."""
    for each in details:
        with suppress(KeyError, ValueError):
            return max(0.0, float(str(each["retryDelay"]).removesuffix("s")))
    return None
