"""One asynchronous client over every provider; each of its calls is a row of the log."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import workbench.simulator.host  # noqa: F401 - adds the simulator's row to the table
from workbench.calls import Endpoint, ModelInfo, Operation, Request, Secret, Timeouts
from workbench.client.asking import Asking
from workbench.client.counting import Counting
from workbench.client.directory import Directory
from workbench.client.limits import joined
from workbench.client.looking import Looking
from workbench.client.operations import at
from workbench.client.options import Cache
from workbench.client.parameters import see
from workbench.client.preparing import since_of
from workbench.client.recorded_directory import RecordedDirectory
from workbench.client.replay import Replay
from workbench.client.resending import endpoint_of, request_for, request_of
from workbench.config import Limits, Settings, Sync, load_settings
from workbench.errors import ConfigError, ConnectionFailedError
from workbench.log import Lookup, Recorder, record
from workbench.log.answers import completion_of
from workbench.log.redaction import patterns_of
from workbench.pipeline import Policy, Send, stack
from workbench.policies import Budget, cache, capable_of, deadline, fit, limit, retry
from workbench.prices import price
from workbench.providers.models import facts_of, observed
from workbench.transport import MakeHttp, Transport, make_http

if TYPE_CHECKING:
    from workbench.log import Log
    from workbench.log.recording import Recording


@functools.cache
def _recorder(home: Path, sync: Sync, shared: Secret | None) -> Recorder:
    """The one recorder of this process for a log; every client of the same project shares it."""
    return Recorder(home, shared=shared, sync=sync)


class Client(Asking, Counting, Looking):
    """The way to every provider.

    ```python
    client = Client()
    answer = await client.chat("openai/gpt-5-mini", "What is the capital of France?", temperature=0)
    print(answer.text, answer.cost_usd, answer.timing.ttft_s)
    ```

    A client may be used from any number of event loops and threads, and needs no closing; `async with` closes
    the running loop's connections all the same.

    Args:
        home: The folder of the log; the project's `.workbench` where not given, or the shared store that
            `WORKBENCH_LOG` names.
        concurrency: Calls under way at once, for each provider.
        per_provider: Other numbers for some providers.
        limits: How much may be asked of some providers, in requests and tokens a minute too, beside what the
            configuration file says; `concurrency` in it comes before `per_provider`.
        attempts: HTTP tries of a call, at least 1.
        timeouts: How long to wait for an answer.
        cache: Whether the log's answers to the same requests will do, or how old they may be (`"7d"`), where
            the call itself does not say.
        redact: Regular expressions, beside those of WORKBENCH_REDACT (one a line): what they find in texts,
            bodies, errors and tags is `[redacted]` in the log, for all of the process's clients of that log.
        replay: An experiment in the log, by its id or a beginning of it: calls are answered as they were
            answered then, errors included; nothing is sent, no row is written and no key is needed. The
            setting WORKBENCH_REPLAY where not given.
        settings: Keys and overriding base URLs; read from the environment, `.env` and `workbench.toml` where
            not given. A mapping of names to values is put over what is read there.
        make_http: Makes the HTTP client of a loop; the seam for tests and for proxies of one's own.

    Raises:
        ConfigError: The `.env` file cannot be read, a limit is less than 1, a pattern is no regular
            expression, or there is no such experiment to replay.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        concurrency: int = 10,
        per_provider: Mapping[str, int] | None = None,
        limits: Mapping[str, Limits] | None = None,
        attempts: int = 4,
        timeouts: Timeouts | None = None,
        cache: Cache = False,
        redact: Iterable[str] = (),
        replay: str | None = None,
        settings: Settings | Mapping[str, str] | None = None,
        make_http: MakeHttp = make_http,
    ) -> None:
        if not all(isinstance(number, int) and number >= 1 for number in (concurrency, attempts)):
            raise ConfigError(f"concurrency {concurrency!r} and attempts {attempts!r} must be at least 1")
        see(timeouts=timeouts)
        self.settings = settings if isinstance(settings, Settings) else load_settings(arguments=settings)
        self.home = Path(home).expanduser().resolve() if home else self.settings.home
        self.timeouts = timeouts or Timeouts()
        # A folder that is named here is a log of its own.
        self._shared = None if home else self.settings.shared_log
        self.recorder = _recorder(self.home, self.settings.log_sync, self._shared)
        self.recorder.redaction.add([*patterns_of(self.settings.get("WORKBENCH_REDACT")), *redact])
        self._cache = cache
        since_of(cache)  # said now if it is no time, not with the first call
        self._lookup = Lookup(self.home, self._shared)
        self._concurrency = concurrency
        self._limits = joined(limits or {}, per_provider or {}, self.settings.limits)
        self._transport = Transport(make_http)
        self._bound: dict[str, Any] = {}
        self.budget: Budget | None = None
        self._learned = {}
        self.recording = self._recording(replay or self.settings.get("WORKBENCH_REPLAY"))
        known = (self.home, self.settings, self._transport, self.recorder.redaction)
        self._directory = Directory(*known)
        self._attempts = attempts
        self._send: Send = stack(self._policies(), self._transport.send)
        if self.recording is not None:
            self._directory = RecordedDirectory(*known, self.recording.models)
            self._send = self.recording.send

    def _recording(self, experiment: str | None) -> Recording | None:
        if experiment is None:
            return None
        from workbench.log.recording import Recording  # reads the log, see there

        return Recording(self.log.store, experiment)

    def _policies(self) -> list[Policy]:
        return [
            record(self.recorder),
            # the waterline: each call that gets here is one row, but for those that a budget does not allow
            cache(self._lookup),
            *([] if self.budget is None else [self.budget.policy]),
            price,
            fit(self._facts, lambda to, model, name: observed(to.provider, model, name, self.home)),
            deadline,
            retry(self._attempts),
            limit(self._concurrency, self._limits),
        ]

    def _facts(self, to: Endpoint, request: Request) -> ModelInfo:
        effort = request.params.reasoning_effort
        return facts_of(to.provider, request.model, self.home, effort=effort)

    def _can(self, to: Endpoint, request: Request) -> frozenset[str]:
        if self.recording is not None:
            to = self.recording.endpoint(to, request.model)
        return capable_of(to, self._facts(to, request))

    def __repr__(self) -> str:
        tags = "".join(f", {name}={value!r}" for name, value in self._bound.items())
        return f"Client({str(self.home)!r}{tags})"

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the running loop; the client can go on being used."""
        await self._transport.aclose()

    @property
    def log(self) -> Log:
        """The log that this client writes."""
        from workbench.log import Log  # who only calls models does without duckdb and pandas

        return Log(self.home, self._shared)

    def concurrency_of(self, provider: str) -> int:
        """How many calls of a provider may be under way at once."""
        own = self._limits.get(provider, Limits()).concurrency
        return self._concurrency if own is None else own

    def bind(
        self,
        *,
        experiment: str | None = None,
        run: str | None = None,
        sample: str | None = None,
        epoch: int | None = None,
        **tags: str,
    ) -> Client:
        """The same client, whose calls carry these marks in the log; it shares connections and limits.

        `experiment`, `run`, `sample` and `epoch` have columns of their own; the rest are tags.
        """
        marks = {"experiment": experiment, "run": run, "sample": sample, "epoch": epoch}
        bound = self._copy()
        bound._bound = {
            **self._bound,
            **{name: mark for name, mark in marks.items() if mark is not None},
            "tags": {**self._bound.get("tags", {}), **{name: str(tag) for name, tag in tags.items()}},
        }
        return bound

    def _copy(self) -> Client:
        # What copy.copy does, in a tenth of the time: every call of an evaluation has a client of its own.
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        return bound

    def within(self, *, usd: Decimal | float | None = None, calls: int | None = None) -> Client:
        """The same client, whose calls may cost so much together and be so many; also those of its `bind`.

        A call that could break the budget is not sent. What it may cost at most is estimated as `estimate`
        does; with `max_tokens` that is a bound, without it an answer may be longer than any before.

        Args:
            usd: US dollars; `None` is no bound.
            calls: How many may be sent; answers of the log are not counted. `None` is no bound.

        Raises:
            ConfigError: A bound is negative. Calls raise `BudgetError` where the budget would not hold, and
                `ConfigError` where a price is not known.
        """
        bound = self._copy()
        bound.budget = Budget(usd=usd, calls=calls, dearest=self._dearest)
        if self.recording is None:  # what is replayed was paid for then
            bound._send = stack(bound._policies(), self._transport.send)
        return bound

    async def replay(
        self, call_id: str | UUID, model: str | None = None, *, api_key: str | None = None, **params: Any
    ) -> Replay:
        """Send the very same request again, and put the new answer beside the old one.

        Args:
            call_id: The call in the log: its id, or enough of its beginning or end. Of a call that the log
                answered it is the one that was asked.
            model: Another model to ask, of any provider, as `provider/model`; its address is that of now.
            api_key: The key, in place of the settings'.
            params: Parameters of `chat` that are to be others, `None` being not sent: `seed=None`.

        Returns:
            Both answers; the row of the new one has the tag `replay_of`.

        Raises:
            ConfigError: There is no such call, it cannot be sent again as it was (its bodies were pruned or
                redacted, it was never sent), its key is missing, or the other model's protocol lacks a
                parameter.
            CallError: The new call failed.
        """
        if self.recording is not None:
            raise ConfigError(
                f"this client answers from experiment {self.recording.experiment!r} and asks nobody: make "
                "one without replay, and without the setting WORKBENCH_REPLAY"
            )
        row = await asyncio.to_thread(self.log.call, call_id)
        if row["source_id"] is not None:
            row = await asyncio.to_thread(self.log.call, row["source_id"])
        request, old = request_of(row), completion_of(row)
        if model is None:
            to, name = self._directory.hiding(endpoint_of(row, self.settings, api_key)), request.model
        else:
            to, name = self._directory.find(model, api_key=api_key)
        operation: Operation = row["operation"] or "chat"
        to = at(to, operation)
        request = request_for(request, row, to, name, params)
        marks = {"replay_of": str(row["id"])}
        call = self._call_to(to, request, marks, operation=operation, timeouts=self.timeouts)
        problem = "" if row["status"] == "ok" else row["error_message"] or row["status"]
        try:
            new = await self._make(call)
        except ConnectionFailedError as exc:
            if model is None and row["base_url"] is not None:
                exc.add_note(
                    f"The call of then went to {row['base_url']}; the model {to.provider}/{name}, given by "
                    f"name, is asked where {to.provider} is now."
                )
            raise
        return Replay(old=old, new=new, old_error=problem)
