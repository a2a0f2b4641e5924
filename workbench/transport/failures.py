"""What went wrong with a request, in words that say what to do and never show its key."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import httpx
import orjson

from workbench.calls import Endpoint, Timeouts
from workbench.errors import (
    AuthenticationError,
    CallError,
    CallTimeoutError,
    ConnectionFailedError,
    InvalidRequestError,
    RateLimitError,
    UnreadableError,
)
from workbench.protocols import SHAPE_ERRORS, ErrorWords, Protocol
from workbench.transport.deadline import Deadline
from workbench.transport.hints import retry_after_s
from workbench.transport.kinds import kind_of

BODY_CHARACTERS = 4_000
# Of most; Anthropic; AWS; Mistral; Cerebras; Azure's gateway; NVIDIA; DeepSeek; and what stands before many.
REQUEST_IDS = (
    *("x-request-id", "request-id", "x-amzn-requestid", "mistral-correlation-id", "inference-id"),
    *("apim-request-id", "nvcf-reqid", "x-ds-trace-id", "cf-ray"),
)
LOST = (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failures:
    """The errors that can come of one request.

    Attributes:
        name: What is asked, the first word of each message.
        endpoint: Where.
        wire: In which protocol.
        timeouts: What was waited for.
    """

    name: str
    endpoint: Endpoint
    wire: Protocol
    timeouts: Timeouts

    def refused(self, response: httpx.Response, content: bytes) -> CallError:
        """The provider answered with an error: its kind follows from the status and its own words."""
        words = self._words(content)
        text = self._readable(content)
        message, code = (self._redact(words.message), words.code) if words else (text[:200], None)
        code = code or _aws_code(response)
        if not words and (not text or text.lstrip().startswith("<")):
            message = response.reason_phrase
        status = response.status_code
        if status < 300 and words and words.status:
            status = words.status
        kind, retryable = kind_of(status, code, message)
        told = response.headers.get("x-should-retry")  # OpenAI's own word on whether to try again
        if told in {"true", "false"}:
            retryable = told == "true"
        return kind(
            f"{self.name}: {response.status_code}{f' {code}' if code else ''}: {message}"
            f"{self._advice(kind, response)}",
            provider=self.endpoint.provider,
            status=response.status_code,
            request_id=request_id(response.headers),
            retry_after_s=retry_after_s(
                response.headers,
                told_s=words.retry_after_s if words else None,
                limited=kind is RateLimitError,
            ),
            body=text[:BODY_CHARACTERS],
            retryable=retryable,
        )

    def _words(self, content: bytes) -> ErrorWords | None:
        with contextlib.suppress(*SHAPE_ERRORS):  # a proxy's error page is in nobody's protocol
            body = orjson.loads(content)
            # Where a stream was asked for, Google puts its errors into a list.
            found = map(self.wire.decode_error, body if isinstance(body, list) else [body])
            return next(filter(None, found), None)
        return None

    def unreadable(self, response: httpx.Response, content: bytes) -> UnreadableError:
        """The answer is not in the protocol."""
        text = self._readable(content)
        kind = content_type(response.headers) or "no content type"
        return UnreadableError(
            f"{self.name}: the answer of {self._origin} ({response.status_code}, {kind}) is not in the "
            f"protocol {self.endpoint.protocol!r}; it begins with {text[:80]!r}: is the base URL right?",
            provider=self.endpoint.provider,
            status=response.status_code,
            request_id=request_id(response.headers),
            body=text[:BODY_CHARACTERS],
        )

    def late(self, deadline: Deadline) -> CallTimeoutError:
        """The deadline passed."""
        return CallTimeoutError(f"{self.name}: {deadline.what_was_missed()}", provider=self.endpoint.provider)

    def cut(self, how: str = "the connection was lost") -> CallTimeoutError:
        """The answer stopped half way."""
        return CallTimeoutError(
            f"{self.name}: the answer stopped half way: {how}", provider=self.endpoint.provider
        )

    def lost(self, exc: Exception, deadline: Deadline) -> CallError:
        """The HTTP library gave up: before the answer, or in the middle of it."""
        if isinstance(exc, httpx.DecodingError):
            what = f"the answer of {self._origin} cannot be unpacked ({exc}): is there a proxy between?"
            return UnreadableError(f"{self.name}: {what}", provider=self.endpoint.provider)
        if deadline.answered:
            return self.cut()
        return ConnectionFailedError(
            f"{self.name}: {self._before_the_answer(exc)}", provider=self.endpoint.provider
        )

    def _before_the_answer(self, exc: Exception) -> str:
        # httpx-aiohttp gives one and the same name to several errors of aiohttp: the cause tells them apart.
        cause = exc.__cause__ if isinstance(exc.__cause__, aiohttp.ClientError) else exc
        at = self._origin
        if isinstance(cause, aiohttp.ClientSSLError):
            return f"no TLS at {at} ({cause}): is the certificate known here, or should the URL be http?"
        if isinstance(cause, (aiohttp.ClientConnectorError, httpx.ConnectError)):
            why = getattr(cause, "os_error", cause)
            return f"nothing answers at {at} ({why}): is the server running, is the URL right?"
        if isinstance(cause, (TimeoutError, httpx.TimeoutException)):
            return f"no connection to {at} within {self.timeouts.connect_s} s: is the address right?"
        if isinstance(cause, httpx.RemoteProtocolError):
            return f"{at} does not answer in HTTP ({cause}): is the URL right, or should it be https?"
        if isinstance(cause, httpx.ProxyError):
            return f"the proxy on the way to {at} refused ({cause}): see HTTPS_PROXY and NO_PROXY"
        return f"{at} hung up before it answered ({cause}): is the server in trouble?"

    @property
    def _origin(self) -> str:
        url = httpx.URL(self.endpoint.base_url)
        return f"{url.scheme}://{url.netloc.decode()}"  # without the user and password that a URL may have

    def _advice(self, kind: type[CallError], response: httpx.Response) -> str:
        if kind is AuthenticationError and self.endpoint.key_hint:
            return f"; {self.endpoint.key_hint}"
        if kind is InvalidRequestError and response.status_code in {404, 405}:
            return f"; is there such an API at {self._origin}{response.request.url.path}? See the base URL"
        return ""

    def _readable(self, content: bytes) -> str:
        # Redacted before it is cut: half a key is a secret too.
        return self._redact(content.decode(errors="replace"))

    def _redact(self, text: str) -> str:
        # Some providers repeat the key in the error that they answer with.
        for secret in self.endpoint.secrets:
            text = secret.redact(text)
        return text


def request_id(headers: Mapping[str, str]) -> str | None:
    """The provider's id of the request: what its support asks for; `None` where it gives none.

    Args:
        headers: Of the answer, their names in lower case or looked up without regard to it.
    """
    return next((headers[name] for name in REQUEST_IDS if headers.get(name)), None)


def _aws_code(response: httpx.Response) -> str | None:
    # AWS names its errors in a header alone: `ThrottlingException:http://internal…`.
    return str(response.headers.get("x-amzn-errortype", "")).partition(":")[0] or None


def content_type(headers: Mapping[str, str]) -> str:
    """The media type of an answer, in lower case and without parameters; empty where it has none.

    Args:
        headers: Of the answer, their names in lower case or looked up without regard to it.
    """
    return headers.get("content-type", "").partition(";")[0].strip().lower()
