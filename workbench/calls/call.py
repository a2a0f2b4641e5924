"""A request on its way: where it goes, how long it may take, and what has happened to it so far."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

from workbench.calls.completion import Attempt, Chunk, Timing
from workbench.calls.request import Request
from workbench.calls.secret import Secret
from workbench.errors import CallError, ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """How long to wait, seconds; `None` is for ever.

    Attributes:
        connect_s: For the connection.
        first_byte_s: From the request to the first piece of the body; long, since models think before they
            speak.
        between_chunks_s: From one piece of the body to the next; a server's sign of life counts as a piece.
        total_s: For one attempt, all in all.
        deadline_s: For the whole call: queue, attempts and the waits between them together. For ever where
            not given, since attempts are bounded by themselves and a long queue is of the user's making.
    """

    connect_s: float | None = 10.0
    first_byte_s: float | None = 300.0
    between_chunks_s: float | None = 60.0
    total_s: float | None = 900.0
    deadline_s: float | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            seconds: object = getattr(self, name)
            if seconds is not None and not (isinstance(seconds, int | float) and seconds >= 0):
                raise ConfigError(f"{name} is {seconds!r}: give seconds, from 0 up, or None to wait for ever")


OwnPrice = tuple[Decimal, Decimal] | tuple[Decimal, Decimal, Decimal]
"""USD per million tokens of input, of output, and of input from the provider's cache if that is less."""


SECRET_OPTIONS = ("secret_access_key", "session_token")
"""Options of an endpoint that are keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where a call goes and how it is authorised: a host's row with its key filled in.

    Attributes:
        provider: The host's name.
        protocol: Name of the wire format.
        base_url: URL that the protocol's paths are appended to.
        secret: The key; `None` where the host needs none.
        auth: How requests are authorised: `key` in a header, or another way of the transport's table.
        auth_header: The header that carries the key.
        auth_prefix: What stands before the key in it, `"Bearer "` for most.
        headers: Further headers of every request.
        query: Further parameters of every URL.
        options: What else the protocol or the authorisation has to know, such as a region.
        key_hint: What to do where the key is missing or wrong, for error messages.
        renames: Names of body fields that this host writes otherwise; an empty new name leaves the field out.
        refuses: Parameters, by our names, that this host refuses.
        other_secrets: What nobody may read in headers and query.
        models_path: Path of its listing of models, where it is not the protocol's.
        prices: The host's own prices by model, `"*"` for every one.
        price_list: The host's id in the price list, for models that it has no own price for.
    """

    provider: str
    protocol: str
    base_url: str
    secret: Secret | None = None
    auth: str = "key"
    auth_header: str = "Authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_hint: str = ""
    renames: Mapping[str, str] = field(default_factory=dict, repr=False)
    refuses: frozenset[str] = frozenset()
    other_secrets: tuple[Secret, ...] = ()
    models_path: str | None = None
    prices: Mapping[str, OwnPrice] = field(default_factory=dict, repr=False)
    price_list: str = ""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What nobody may read: the keys, and the password in the URL, also as a header has it."""
        keys = (self.options[name] for name in SECRET_OPTIONS if self.options.get(name))
        own = () if self.secret is None else (self.secret,)
        found = (*own, *map(Secret, keys), *self.other_secrets)
        if "@" not in self.base_url:
            return found
        parts = urlsplit(self.base_url)
        password = unquote(parts.password or "")
        basic = b64encode(f"{unquote(parts.username or '')}:{password}".encode()).decode()
        return (*found, Secret(parts.password or ""), Secret(password), Secret(basic))

    @property
    def public_url(self) -> str:
        """The base URL without the user and password that it may have."""
        if "@" not in self.base_url:
            return self.base_url
        parts = urlsplit(self.base_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


Operation = Literal["chat", "complete", "embed"]
"""A conversation, a text to go on with, or texts to make vectors of."""

Unsupported = Literal["error", "drop"]
"""What becomes of a parameter that a model refuses."""


@dataclass(kw_only=True, slots=True)
class Progress:
    """What has happened to a call so far: written by whoever works on it, read by the log when it ends.

    `ends_at` is when the call has to be over, on the loop's clock; `rest_s` is how long the provider wants to
    be left alone after the answer.
    """

    attempts: list[Attempt] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    queued_s: float = 0.0
    waited_s: float = 0.0
    ends_at: float | None = None
    rest_s: float | None = None
    duration_s: float | None = None
    ttft_s: float | None = None
    ttfv_s: float | None = None
    lag_s: float | None = None
    last_content_s: float = 0.0
    request_id: str | None = None
    dropped: tuple[str, ...] = ()
    sent_body: bytes = b""
    received: bytes = b""

    def restart(self, sent_body: bytes) -> None:
        """Begin an attempt: forget what the one before it received, not that it was made and waited for."""
        self.sent_body, self.received = sent_body, b""
        self.request_id = self.rest_s = None
        self.chunks, self.gaps_s = [], []
        self.duration_s = self.ttft_s = self.ttfv_s = self.lag_s = None
        self.last_content_s = 0.0

    def note(self, chunk: Chunk, since_s: float) -> None:
        """Keep a chunk that came so many seconds after the request."""
        self.chunks.append(chunk)
        if not chunk.has_content:
            return
        if self.ttft_s is None:
            self.ttft_s = since_s
        else:
            self.gaps_s.append(since_s - self.last_content_s)
        self.last_content_s = since_s
        if self.ttfv_s is None and chunk.text:
            self.ttfv_s = since_s

    def timing(self) -> Timing:
        """The times so far."""
        return Timing(
            duration_s=self.duration_s,
            ttft_s=self.ttft_s,
            ttfv_s=self.ttfv_s,
            queued_s=self.queued_s,
            waited_s=self.waited_s,
            lag_s=self.lag_s,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request on its way: one row of the log.

    Attributes:
        id: UUIDv7, so that rows sort by time.
        started_at: When it was asked for, UTC.
        endpoint: Where it goes.
        request: What is asked.
        operation: What is asked for.
        timeouts: How long to wait.
        on_chunk: Told of each chunk as it arrives.
        on_wait: Told before each wait between two attempts: how long, seconds, and after what.
        unsupported: Whether a parameter that the model refuses is an error, or is left out.
        cache_since: Since when a logged answer to the same request will do; `None` is never.
        experiment: Set of runs that the call belongs to, `None` outside one; likewise `run` and `sample`.
        epoch: k-th repetition of the sample in the run, from 0.
        tags: The user's own words about the call.
        progress: What has happened so far.
    """

    id: UUID
    started_at: datetime
    endpoint: Endpoint
    request: Request
    operation: Operation = "chat"
    timeouts: Timeouts = Timeouts()
    on_chunk: Callable[[Chunk], None] | None = None
    on_wait: Callable[[float, CallError], None] | None = None
    unsupported: Unsupported = "error"
    cache_since: datetime | None = None
    experiment: str | None = None
    run: str | None = None
    sample: str | None = None
    epoch: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    @property
    def name(self) -> str:
        """`provider/model`."""
        return f"{self.endpoint.provider}/{self.request.model}"
