"""How far an evaluation is, and how each of its calls ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from workbench.errors import CallError


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How one call of an evaluation ended.

    Attributes:
        model: `provider/model`, with the prompt's name behind it where the experiment has several.
        sample: Which sample was asked; likewise `epoch`, from 0.
        outcome: `ok`: it was answered. `error`: it failed. `skipped`: it was not made, because its model
            cannot be asked at all.
        from_log: Whether the log had the answer.
        value: The answer's score by the first scorer; `None` where there is none.
        unscored: Why the first scorer could say nothing of the answer; `None` where it could.
        duration_s: How long the answer took; `None` where it did not go out, as for one of the cache, and
            where it was measured under load (`Timing.under_load`).
        ttft_s: Time to its first content, likewise.
        cost_usd: Price of the call when it was made; `None` unknown, `0` free.
        error: What it failed with.
    """

    model: str
    sample: str
    epoch: int
    outcome: Literal["ok", "error", "skipped"] = "ok"
    from_log: bool = False
    value: float | None = None
    unscored: str | None = None
    duration_s: float | None = None
    ttft_s: float | None = None
    cost_usd: Decimal | None = None
    error: CallError | None = None


@dataclass(kw_only=True, slots=True)
class EvaluationProgress:
    """How far an evaluation is.

    Attributes:
        total: Calls to make.
        done: Calls that have ended, failed ones included.
        errors: Calls that failed.
        skipped: Calls given up because their model cannot be asked at all.
        from_log: Calls that were not made, because the log has their answers.
        unscored: Answers of which the first scorer could say nothing.
        cost_usd: Cost of the calls so far, as far as it is known; what the log answered costs nothing.
        unknown_cost: Calls whose cost is not known.
        last: The call that ended last; `None` before the first.
    """

    total: int
    done: int = 0
    errors: int = 0
    skipped: int = 0
    from_log: int = 0
    unscored: int = 0
    cost_usd: Decimal = Decimal(0)
    unknown_cost: int = 0
    last: Ended | None = None

    def __str__(self) -> str:
        return f"{self.done} of {self.total} calls, {self.facts()}"

    def facts(self) -> str:
        """Errors, calls not made and cost, in words."""
        cost = f"${self.cost_usd:.4f}"
        if self.unknown_cost:
            cost = f"{cost} and " if self.cost_usd else ""
            cost += f"{self.unknown_cost} calls of unknown cost"
        skipped = f", {self.skipped} not asked" if self.skipped else ""
        from_log = f", {self.from_log} from the log" if self.from_log else ""
        unscored = f", {self.unscored} without a score" if self.unscored else ""
        return f"{self.errors} errors{skipped}{from_log}{unscored}, {cost}"

    def count(self, ended: Ended) -> None:
        """One more call has ended."""
        self.last = ended
        self.done += 1
        self.errors += ended.outcome == "error"
        self.skipped += ended.outcome == "skipped"
        self.from_log += ended.from_log
        self.unscored += ended.unscored is not None
        if ended.outcome == "ok" and not ended.from_log:
            self.unknown_cost += ended.cost_usd is None
            self.cost_usd += ended.cost_usd or 0
