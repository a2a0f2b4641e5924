"""How long a provider asks to wait, in each of the ways in which they say it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# OpenAI, Groq and most others write `x-ratelimit-reset-tokens`, Anthropic `anthropic-ratelimit-tokens-reset`,
# OpenRouter and Together `x-ratelimit-reset`, and the IETF's draft has no `x-`.
_LIMIT = re.compile(
    r"(?:x-|anthropic-)?ratelimit-(?:(?P<what>remaining|reset)(?:-(?P<kind>.+))?"
    r"|(?P<own_kind>.+)-(?P<own_what>remaining|reset))"
)
_UNITS_S = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|[dhms])")
# A number of seconds that is greater is a moment, in seconds or milliseconds since 1970.
_LONGEST_S = 1e9


def retry_after_s(
    headers: Mapping[str, str],
    now: datetime | None = None,
    *,
    told_s: float | None = None,
    limited: bool = True,
) -> float | None:
    """How long a provider that refused a request asks to wait, seconds, at least 0.

    Args:
        headers: Of the answer, their names in lower case or looked up without regard to it.
        now: The present, aware; the clock's where not given.
        told_s: What the body says, seconds.
        limited: Whether a limit was the reason, so that its reset counts.

    Returns:
        The first that is said: `retry-after-ms`, `retry-after` in seconds or as a date, the body, and the
        reset of a limit: the last of those that are used up, or else the first of all. `None` where there is
        none.
    """
    now = now or datetime.now(UTC)
    with contextlib.suppress(KeyError, ValueError):
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    value = str(headers.get("retry-after", ""))
    with contextlib.suppress(ValueError):
        return max(0.0, float(value))
    with contextlib.suppress(ValueError):
        return _until_s(parsedate_to_datetime(value), now)
    if told_s is not None:
        return max(0.0, told_s)
    limits = list(_limits(headers, now)) if limited else []
    used_up = [reset_s for left, reset_s in limits if left is not None and left <= 0]
    return max(used_up) if used_up else min((reset_s for _, reset_s in limits), default=None)


def rest_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """How long to wait before the next request, seconds: until the limits that are used up are reset.

    `None` where none is, or its reset is not said; the arguments are those of `retry_after_s`.
    """
    # Asked after every answer: most of them have no such header.
    if not any("ratelimit" in name for name in headers):
        return None
    limits = _limits(headers, now or datetime.now(UTC))
    return max((reset_s for left, reset_s in limits if left is not None and left <= 0), default=None)


def duration_s(text: str, now: datetime) -> float | None:
    """A reset as a duration from now, seconds; `None` where it is none, or not above 0.

    Args:
        text: `6ms`, `1m30s`, `12.5` (seconds), a moment as RFC 3339 or since 1970; Azure writes `-1` and `0`
            for what it does not know.
        now: The present, aware.
    """
    text = text.strip()
    seconds: float | None = None
    parts = _PART.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        seconds = round(sum(float(number) * _UNITS_S[unit] for number, unit in parts), 6)
    else:
        try:
            seconds = float(text)
        except ValueError:
            with contextlib.suppress(ValueError):
                seconds = _until_s(datetime.fromisoformat(text), now)
        else:
            since_1970_s = seconds / 1000 if seconds > 1000 * _LONGEST_S else seconds
            seconds = seconds if seconds < _LONGEST_S else since_1970_s - now.timestamp()
    return seconds if seconds is not None and 0 < seconds < _LONGEST_S else None


def _limits(headers: Mapping[str, str], now: datetime) -> Iterator[tuple[float | None, float]]:
    """What is left of each limit, and the seconds until it is reset; limits without a reset are left out."""
    found: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        if match := _LIMIT.fullmatch(name.lower()):
            kind = match["kind"] or match["own_kind"] or ""
            found.setdefault(kind, {})[match["what"] or match["own_what"]] = str(value)
    for said in found.values():
        reset_s = duration_s(said.get("reset", ""), now)
        if reset_s is not None:
            left = None
            with contextlib.suppress(KeyError, ValueError):
                left = float(said["remaining"])
            yield left, reset_s


def _until_s(moment: datetime, now: datetime) -> float:
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
