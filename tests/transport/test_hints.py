"""How long a provider asks to wait, as each of them writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiohttp import web
from served import serving

from workbench.client import Client
from workbench.errors import RateLimitError
from workbench.transport.hints import duration_s, rest_s, retry_after_s

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
NOON_S = 1_795_262_400


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 -0000"}, 30.0),  # a date that names no zone
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "20"}, 0.25),
        ({"retry-after-ms": "?", "retry-after": "20"}, 20.0),
        # A limit that is used up counts before one that is not, and the first word before all of them.
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m30s"}, 90.0),
        ({"retry-after": "3", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m30s"}, 3.0),
        (
            {
                "x-ratelimit-remaining-requests": "7",
                "x-ratelimit-reset-requests": "6ms",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "12.5",
            },
            12.5,
        ),
        # Tokens are left, but not as many as were asked for: the first to be reset may have been the reason.
        ({"x-ratelimit-remaining-tokens": "90", "x-ratelimit-reset-tokens": "2s"}, 2.0),
        ({"X-RateLimit-Reset-Requests": "4s", "X-RateLimit-Reset-Tokens": "2s"}, 2.0),
        ({"x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-requests": "0"}, None),  # Azure
        (
            {
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:00:45Z",
                "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
            },
            45.0,
        ),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOON_S + 60}000"}, 60.0),  # OpenRouter
        ({"ratelimit-remaining": "0", "ratelimit-reset": "50"}, 50.0),  # the IETF's draft
        ({"x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "33011.38"}, 33011.38),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOON) == seconds


def test_the_body_comes_after_the_first_headers_and_before_the_limits() -> None:
    limit = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9s"}
    assert retry_after_s(limit, NOON, told_s=34) == 34
    assert retry_after_s({"retry-after": "3"}, NOON, told_s=34) == 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6ms", 0.006),
        ("120us", 0.00012),
        ("1m30s", 90.0),
        ("2m59.56s", 179.56),
        ("1h0m2s", 3602.0),
        ("1d", 86_400.0),
        ("12.5", 12.5),
        ("30", 30.0),
        ("0", None),
        ("-1", None),
        ("0s", None),
        ("", None),
        ("soon", None),
        ("1m and more", None),
        ("nan", None),
        ("inf", None),
        (str(NOON_S + 5), 5.0),
        (f"{NOON_S + 5}000", 5.0),
        (str(NOON_S - 5), None),
        ("2026-11-21T12:00:07Z", 7.0),
        ("2026-11-21T13:00:07+01:00", 7.0),
    ],
)
def test_a_reset_is_read_in_every_way_of_writing_it(text: str, seconds: float | None) -> None:
    assert duration_s(text, NOON) == seconds


def test_a_rest_is_due_only_where_a_limit_is_used_up() -> None:
    left = {"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "8s"}
    gone = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "2s"}
    assert rest_s({"content-type": "text/plain"}, NOON) is None
    assert rest_s(left, NOON) is None
    assert rest_s(left | gone, NOON) == 2.0
    assert rest_s({"x-ratelimit-remaining-requests": "0"}, NOON) is None


def test_a_limit_that_was_not_the_reason_does_not_count() -> None:
    limit = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9m"}
    assert retry_after_s(limit, NOON, limited=False) is None
    assert retry_after_s({"retry-after": "3"}, NOON, limited=False) == 3


async def test_a_used_up_limit_of_the_answer_is_the_wait_of_the_error(client: Client) -> None:
    async def refuse(request: web.Request) -> web.Response:
        headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}
        return web.json_response({"error": {"message": "slow down"}}, status=429, headers=headers)

    async with serving(refuse) as url:
        with pytest.raises(RateLimitError) as caught:
            await client.chat("small", "?", base_url=url)
    assert caught.value.retry_after_s == 90
