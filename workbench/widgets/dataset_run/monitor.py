"""How a run over a data set stands: the state of its monitor, without any widget."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.analysis.estimates import Estimate, accuracy
from workbench.analysis.quantiles import quantile
from workbench.errors import CallError, RateLimitError
from workbench.evals.progress import Ended
from workbench.widgets.dataset_run.run_state import ModelState, RunState, State, Trouble
from workbench.widgets.panes.words import ADVICE

WINDOW_S = 20.0
"""What "now" means for the rate: calls that ended within so many seconds."""


@dataclass(kw_only=True, slots=True)
class _Track:
    """What has come of one model so far; times are the monitor's clock."""

    total: int
    done: int = 0
    errors: int = 0
    skipped: int = 0
    from_log: int = 0
    made: int = 0
    made_at: deque[float] = field(default_factory=deque)
    scores: dict[str, tuple[float, int]] = field(default_factory=dict)
    durations: list[tuple[str, float]] = field(default_factory=list)
    ttfts: list[tuple[str, float]] = field(default_factory=list)
    cost_usd: Decimal = Decimal(0)
    unknown_cost: int = 0

    def take(self, ended: Ended, now: float) -> None:
        self.done += 1
        self.errors += ended.outcome == "error"
        self.skipped += ended.outcome == "skipped"
        self.from_log += ended.from_log
        if ended.outcome != "skipped" and not ended.from_log:
            self.made += 1
            self.made_at.append(now)
            self.forget(now)
        if ended.outcome == "ok":
            self.cost_usd += ended.cost_usd or 0
            self.unknown_cost += ended.cost_usd is None
        if ended.value is not None:
            value, count = self.scores.get(ended.sample, (0.0, 0))
            self.scores[ended.sample] = value + ended.value, count + 1
        if ended.duration_s is not None:
            self.durations.append((ended.sample, ended.duration_s))
        if ended.ttft_s is not None:
            self.ttfts.append((ended.sample, ended.ttft_s))

    def forget(self, now: float) -> None:
        while self.made_at and self.made_at[0] < now - WINDOW_S:
            self.made_at.popleft()

    def shown(self, model: str, clusters: Mapping[str, str | None]) -> ModelState:
        return ModelState(
            model=model,
            total=self.total,
            done=self.done,
            errors=self.errors,
            skipped=self.skipped,
            accuracy=accuracy(
                (value / count for value, count in self.scores.values()),
                [clusters.get(sample) for sample in self.scores],
            ),
            ttft_p50_s=_median(self.ttfts, clusters),
            duration_p50_s=_median(self.durations, clusters),
            cost_usd=self.cost_usd,
            unknown_cost=self.unknown_cost,
        )


def _median(seconds: list[tuple[str, float]], clusters: Mapping[str, str | None]) -> Estimate:
    """The median of what answers to these samples took; what was asked often counts as one sample."""
    units = [(clusters.get(sample), None if clusters.get(sample) else sample) for sample, _ in seconds]
    return quantile((each for _, each in seconds), 0.5, units)


class Monitor:
    """Follows one try at a run: counts what ends, and says how the whole stands. Any thread may use it.

    Args:
        models: Whom the run asks, as `provider/model`.
        calls: How many calls each of them gets.
        clusters: The cluster of each sample that has one, by its id: intervals rest on them.
        clock: Gives seconds.
    """

    def __init__(
        self,
        models: Iterable[str],
        calls: int,
        *,
        clusters: Mapping[str, str | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clusters = clusters or {}
        self._clock = clock
        self._lock = threading.Lock()
        self._tracks = {model: _Track(total=calls) for model in models}
        self._troubles: dict[tuple[str, str], Trouble] = {}
        self._started_at: float | None = None
        self._ended_at: float | None = None
        self.state: State = "ready"
        self._problem = ""
        self._enough = ""

    def start(self) -> None:
        """The calls begin."""
        self.state, self._started_at = "running", self._clock()

    def take(self, ended: Ended | None) -> None:
        """A call has ended (`None`: none has yet); once the run has, it is ignored."""
        with self._lock:
            if self.state == "running" and ended is not None:
                self._count(ended)

    def restore(self, ends: Sequence[Ended]) -> None:
        """What an earlier try got answers to; without any, the run has still to begin."""
        with self._lock:
            for ended in ends:
                self._count(ended)
            if ends:
                self.state = "done" if all(t.done == t.total for t in self._tracks.values()) else "stopped"

    def finish(self, enough: str = "") -> None:
        """All calls have ended, or no more are to be made."""
        self._enough = enough
        self._end("done")

    def stop(self) -> None:
        """Somebody has stopped it."""
        self._end("stopped")

    def fail(self, problem: str) -> None:
        """It could not begin, or broke off."""
        if self.state in {"ready", "running"}:
            self._problem = problem
            self._end("failed")

    def now(self) -> RunState:
        """How the run stands."""
        with self._lock:
            at = self._clock() if self._ended_at is None else self._ended_at
            tracks = list(self._tracks.values())
            elapsed = None if self._started_at is None else max(at - self._started_at, 1e-9)
            return RunState(
                state=self.state,
                total=sum(track.total for track in tracks),
                done=sum(track.done for track in tracks),
                errors=sum(track.errors for track in tracks),
                skipped=sum(track.skipped for track in tracks),
                from_log=sum(track.from_log for track in tracks),
                elapsed_s=elapsed,
                rate_per_s=None if elapsed is None else self._rate(tracks, at, elapsed),
                eta_s=_eta(tracks, at, elapsed) if elapsed is not None and self.state == "running" else None,
                cost_usd=sum((track.cost_usd for track in tracks), Decimal(0)),
                unknown_cost=sum(track.unknown_cost for track in tracks),
                models=tuple(track.shown(model, self._clusters) for model, track in self._tracks.items()),
                troubles=tuple(reversed(self._troubles.values())),
                problem=self._problem,
                enough=self._enough,
            )

    def _count(self, ended: Ended) -> None:
        self._tracks[ended.model].take(ended, self._clock())
        if ended.error is not None:
            key = ended.model, type(ended.error).__name__
            earlier = self._troubles.pop(key, None)
            self._troubles[key] = Trouble(
                model=ended.model,
                kind=key[1],
                count=1 if earlier is None else earlier.count + 1,
                message=str(ended.error),
                remedy=remedy(ended.error),
            )

    def _rate(self, tracks: Iterable[_Track], now: float, elapsed: float) -> float:
        if self.state != "running":
            return sum(track.made for track in tracks) / elapsed
        return sum(_recent(track, now, elapsed) for track in tracks)

    def _end(self, state: State) -> None:
        with self._lock:
            if self.state in {"ready", "running"}:
                self.state, self._ended_at = state, self._clock()


def remedy(error: CallError) -> str:
    """What to do about calls of a run that failed."""
    if isinstance(error, RateLimitError) and error.retryable:
        return "Resume asks only what failed; a client with a lower concurrency is refused less often."
    if error.retryable:
        return "This may pass: Resume asks only what failed."
    advice = next((advice for kind, advice in ADVICE if isinstance(error, kind)), "")
    return f"{advice} Resume asks only what failed.".lstrip()


def _recent(track: _Track, now: float, elapsed: float) -> float:
    """Calls of a model per second, of late."""
    track.forget(now)
    return len(track.made_at) / min(elapsed, WINDOW_S)


def _eta(tracks: Iterable[_Track], now: float, elapsed: float) -> float | None:
    """Until the slowest model is through: the fast ones do not make it any faster."""
    longest = 0.0
    for track in tracks:
        left = track.total - track.done
        rate = _recent(track, now, elapsed) or track.made / elapsed
        if left and not rate:
            return None
        if left:
            longest = max(longest, left / rate)
    return longest
