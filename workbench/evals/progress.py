"""How far an evaluation is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(kw_only=True, slots=True)
class EvaluationProgress:
    """How far an evaluation is.

    Attributes:
        total: Calls to make.
        done: Calls that have ended, failed ones included.
        errors: Calls that failed.
        skipped: Calls given up because their model cannot be asked at all.
        from_log: Calls that were not made, because the log has their answers.
        cost_usd: Cost of the calls so far, as far as it is known.
        unknown_cost: Calls whose cost is not known.
    """

    total: int
    done: int = 0
    errors: int = 0
    skipped: int = 0
    from_log: int = 0
    cost_usd: Decimal = Decimal(0)
    unknown_cost: int = 0

    def __str__(self) -> str:
        return f"{self.done} of {self.total} calls, {self.facts()}"

    def facts(self) -> str:
        """Errors, calls not made and cost, in words; what the log answered costs nothing."""
        cost = f"${self.cost_usd:.4f}"
        if self.unknown_cost:
            cost = f"{cost} and " if self.cost_usd else ""
            cost += f"{self.unknown_cost} calls of unknown cost"
        skipped = f", {self.skipped} not asked" if self.skipped else ""
        from_log = f", {self.from_log} from the log" if self.from_log else ""
        return f"{self.errors} errors{skipped}{from_log}, {cost}"
