"""Whether providers answer, and what to do where they do not. No token is spent on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from workbench.calls import Endpoint, ModelInfo, Timeouts
from workbench.client.discovery import LISTING, LOOK
from workbench.config import Settings, setting_of
from workbench.errors import (
    AuthenticationError,
    CallError,
    CallTimeoutError,
    ConfigError,
    ConnectionFailedError,
    InvalidRequestError,
    RateLimitError,
    UnreadableError,
)
from workbench.protocols import protocol
from workbench.providers import Host, endpoint, host_of, is_configured, known_hosts
from workbench.transport import Transport
from workbench.transport.listing import listing_path

Status = Literal["ok", "unproven", "unconfigured", "unauthorised", "unreachable", "closed", "error"]
Keep = Callable[[Endpoint, tuple[ModelInfo, ...]], Awaitable[None]]
NO_LISTING = {404, 405, 501}


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a provider is.

    Attributes:
        provider: Its name.
        status: `ok`: it lists its models to this key. `unproven`: it answers, but would answer anybody, so
            only a call can tell whether the key is right. `unconfigured`: it was not asked, a key or another
            setting is missing. `unauthorised`: it refuses the key. `unreachable`: nobody answers. `closed`:
            the service has ended. `error`: it answers something else.
        configured: Whether the user has set anything for it, a key or an address.
        latency_s: From the question to the whole listing, a new connection included; `None` where no answer
            came.
        models: How many it lists; `None` where it lists none.
        problem: What is wrong; empty where nothing is.
        remedy: What to do about it; empty where there is nothing to do.
    """

    provider: str
    status: Status
    configured: bool = False
    latency_s: float | None = None
    models: int | None = None
    problem: str = ""
    remedy: str = ""

    def __repr__(self) -> str:
        latency = "" if self.latency_s is None else f"{self.latency_s:.2f} s"
        models = "" if self.models is None else f"{self.models} models"
        words = [f"{self.provider} {self.status}", latency, models, self.problem, self.remedy]
        return f"Health({' · '.join(filter(None, words))})"

    @property
    def wrong(self) -> bool:
        """Whether the user has set it up and cannot use it."""
        return self.configured and self.status not in {"ok", "unproven"}


async def health(settings: Settings, transport: Transport, keep: Keep, provider: str | None) -> list[Health]:
    """How the providers are, all of them asked together.

    Args:
        settings: Where keys and base URLs are looked up.
        transport: Asks them.
        keep: Is given each listing.
        provider: The only one to ask; all of them where `None`.

    Raises:
        ConfigError: There is no such provider.
    """
    if provider is not None:
        return [await _health(host_of(provider, settings), settings, transport, keep)]
    return list(
        await asyncio.gather(
            *(
                _health(host, settings, transport, keep) if _askable(host, settings) else _unasked(host)
                for host in _distinct(settings)
            )
        )
    )


def _askable(host: Host, settings: Settings) -> bool:
    # Looking for the credentials of a cloud takes seconds where there are none.
    return host.auth == "key" or is_configured(host, settings)


async def _unasked(host: Host) -> Health:
    return Health(
        provider=host.name,
        status="unconfigured",
        problem="no key or address of it is set",
        remedy=f"see {host.docs}" if host.docs else "",
    )


def _distinct(settings: Settings) -> list[Host]:
    """All providers; of local servers at the same port, where nobody has set one up, the first."""
    found: dict[str, Host] = {}
    for host in known_hosts(settings).values():
        shared = host.local and not is_configured(host, settings)
        found.setdefault(host.base_url if shared else host.name, host)
    return list(found.values())


async def _health(host: Host, settings: Settings, transport: Transport, keep: Keep) -> Health:
    configured = is_configured(host, settings)
    known = Health(provider=host.name, status="unconfigured", configured=configured)
    try:
        to = endpoint(host.name, "", settings)
        # A local server that nobody has set up may simply not run.
        look = _Look(host, to, transport, LISTING if configured or not host.local else LOOK)
        began = time.perf_counter()
        models = await look.models()
        latency_s = time.perf_counter() - began
        proven = await look.proven(models)
    except ConfigError as exc:
        if host.closed:
            return replace(known, status="closed", problem=host.closed)
        problem, _, remedy = str(exc).partition(": ")
        return replace(known, problem=problem, remedy=remedy)
    except CallError as exc:
        status, remedy = _judged(exc, to, host)
        problem = str(exc).removeprefix(f"{host.name}: list of models: ").removesuffix(f"; {to.key_hint}")
        return replace(known, status=status, problem=problem, remedy=remedy)
    if models is not None:
        await keep(to, models)
    known = replace(known, latency_s=latency_s, models=None if models is None else len(models))
    if proven:
        return replace(known, status="ok")
    return replace(
        known,
        status="unproven",
        problem="it answers whatever the key is",
        remedy="make a call to see whether the key is right",
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One provider, looked at."""

    host: Host
    to: Endpoint
    transport: Transport
    timeouts: Timeouts

    async def models(self) -> tuple[ModelInfo, ...] | None:
        """Its listing; `None` where it answers without one."""
        try:
            if listing_path(self.to, protocol(self.to.protocol)):
                return await self.transport.models(self.to, self.timeouts)
            await self._ask("")
        except AuthenticationError:
            raise
        except InvalidRequestError as exc:
            if exc.status not in NO_LISTING:
                raise
        except UnreadableError:  # the page at the base URL may be anything
            if listing_path(self.to, protocol(self.to.protocol)):
                raise
        return None

    async def proven(self, models: tuple[ModelInfo, ...] | None) -> bool:
        """Whether the listing, or another answer, shows that the key is right."""
        if self.to.secret is None:
            return models is not None or not self.host.needs_key
        path = self.host.key_path
        # The key of a server that the user has put in the host's place is nothing for the host itself.
        if path is not None and ("://" not in path or self.to.base_url == self.host.base_url):
            await self._ask(path)
            return True
        if models is None:
            return not self.host.needs_key
        return not self.host.needs_key or not await self._answers_anybody()

    async def _answers_anybody(self) -> bool:
        try:
            await self.transport.models(replace(self.to, secret=None), self.timeouts)
        except CallError:
            return False
        return True

    async def _ask(self, path: str) -> None:
        await self.transport.ask(self.to, path, self.timeouts, lambda _: None, what="is it there")


def _judged(exc: CallError, to: Endpoint, host: Host) -> tuple[Status, str]:
    """What an error says about a provider, and what to do."""
    if isinstance(exc, AuthenticationError):
        return "unauthorised", to.key_hint or "give it a key that it takes"
    if isinstance(exc, (ConnectionFailedError, CallTimeoutError)):
        address = setting_of(host.name, "BASE_URL")
        if host.local:
            return "unreachable", f"start the server, or set {address} to where it listens"
        return (
            "unreachable",
            f"look at the network, at HTTPS_PROXY, and at {address} if it is set",
        )
    if isinstance(exc, RateLimitError):
        return "error", "wait, or look at the account's credit and limits"
    if isinstance(exc, (InvalidRequestError, UnreadableError)):
        return "error", f"look at the base URL, {to.public_url}"
    return "error", "it is in trouble: try again later"
