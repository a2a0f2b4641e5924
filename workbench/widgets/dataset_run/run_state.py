"""What a monitor shows of a run over a data set."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from workbench.analysis.estimates import Estimate

State = Literal["ready", "running", "stopped", "done", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelState:
    """How one model stands.

    Attributes:
        model: `provider/model`.
        total: Calls to make; `done` of them have ended.
        done: Failed ones and those not made included.
        errors: Calls that failed.
        skipped: Calls not made, because the model cannot be asked at all.
        accuracy: Of the samples scored so far, with its interval.
        ttft_p50_s: Of the answers that were not the cache's, with its interval.
        duration_p50_s: Likewise.
        cost_usd: Of the answers, as far as it is known, in whichever try they came.
        unknown_cost: Answers whose cost is not known.
    """

    model: str
    total: int
    done: int
    errors: int
    skipped: int
    accuracy: Estimate
    ttft_p50_s: Estimate
    duration_p50_s: Estimate
    cost_usd: Decimal
    unknown_cost: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Calls of a model that failed for the same reason: how many, the last one's message, what to do."""

    model: str
    kind: str
    count: int
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunState:
    """How a run stands.

    Attributes:
        state: `stopped` is one that can go on, whoever stopped it.
        total: Calls to make; `done` of them have ended.
        done: Failed ones, those not made and those that the log answered included.
        errors: Calls that failed.
        skipped: Calls not made, because their model cannot be asked at all.
        from_log: Calls whose answers the log had.
        elapsed_s: Since the start of this try; `None` before it.
        rate_per_s: Calls made per second: of late while it runs, of the whole try afterwards.
        eta_s: How long the rest will take; `None` while that cannot be told.
        cost_usd: Of the answers, as far as it is known, in whichever try they came.
        unknown_cost: Answers whose cost is not known.
        models: One for each, in the order given.
        troubles: What failed, the latest first.
        problem: Why the run could not begin, or broke off; empty where nothing did.
        enough: Why it is done though not everything was asked; empty where it was.
    """

    state: State
    total: int
    done: int
    errors: int
    skipped: int
    from_log: int
    elapsed_s: float | None
    rate_per_s: float | None
    eta_s: float | None
    cost_usd: Decimal
    unknown_cost: int
    models: tuple[ModelState, ...]
    troubles: tuple[Trouble, ...]
    problem: str
    enough: str = ""
