"""Not at all, where it could cost more than there is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from workbench.calls import Call, Completion
from workbench.errors import BudgetError, CallError, ConfigError
from workbench.pipeline import Send

Dearest = Callable[[Call], Awaitable[Decimal | None]]
NOTHING = Decimal(0)


class Budget:
    """What some calls may cost together, and how many they may be.

    A call goes out only if the budget holds even should it, and all that are under way, cost the most that
    can be foreseen; where that hangs on calls under way it waits for their end.

    Args:
        usd: US dollars; `None` is no bound.
        calls: How many calls may be sent; `None` is no bound.
        dearest: The most that a call is foreseen to cost; `None` where its price is not known.

    Attributes:
        spent_usd: What the calls have cost so far, a call of unknown cost as much as was foreseen.
        sent: How many were sent.

    Raises:
        ConfigError: A bound is negative.
    """

    def __init__(self, *, usd: Decimal | float | None, calls: int | None, dearest: Dearest) -> None:
        for name, bound, kind in (("budget_usd", usd, Decimal | float | int), ("budget_calls", calls, int)):
            if bound is not None and not _is_bound(bound, kind):
                whole = "a whole number, " if kind is int else "a number, "
                raise ConfigError(f"{name} is {bound!r}: give {whole}0 or more")
        self._usd = None if usd is None else Decimal(str(usd))
        self._calls = calls
        self._dearest = dearest
        self._held_usd, self._held = NOTHING, 0  # of calls under way
        self._settled = asyncio.Condition()
        self.spent_usd, self.sent = NOTHING, 0

    async def policy(self, call: Call, send: Send) -> Completion:
        """Make the call if the budget holds.

        Raises:
            BudgetError: It would not.
            ConfigError: The call has no known price.
        """
        most = await self._most(call)
        await self._hold(call, most)
        cost: Decimal | None = most
        sent = 1
        try:
            completion = await send(call)
            cost = completion.cost_usd
        except ConfigError:
            cost, sent = NOTHING, 0
            raise
        except CallError as exc:
            # Refused at once costs nothing; what broke off half way may have to be paid.
            cost = NOTHING if exc.status is not None and exc.partial is None else most
            raise
        finally:
            await self._settle(most, most if cost is None else cost, sent)
        return completion

    async def _most(self, call: Call) -> Decimal:
        if self._usd is None:
            return NOTHING
        most = await self._dearest(call)
        if most is None:
            raise ConfigError(
                f"no price is known for {call.name}, so that no budget in dollars can hold: give "
                "budget_calls, or its prices in workbench.toml"
            )
        return most

    async def _hold(self, call: Call, most: Decimal) -> None:
        async with self._settled:
            while not self._fits(most):
                if not self._held:
                    raise BudgetError(self._words(call, most))
                await self._settled.wait()
            self._held += 1
            self._held_usd += most

    def _fits(self, most: Decimal) -> bool:
        enough = self._usd is None or self.spent_usd + self._held_usd + most <= self._usd
        return enough and (self._calls is None or self.sent + self._held < self._calls)

    async def _settle(self, held: Decimal, cost: Decimal, sent: int) -> None:
        async with self._settled:
            self._held -= 1
            self._held_usd -= held
            self.spent_usd += cost
            self.sent += sent
            self._settled.notify_all()

    def _words(self, call: Call, most: Decimal) -> str:
        if self._calls is not None and self.sent >= self._calls:
            return f"the budget of {self._calls:,} calls is used up"
        return (
            f"the budget of ${self._usd} would not surely hold: ${self.spent_usd:.4f} is spent, and the next "
            f"call of {call.name} may cost ${most:.4f}"
        )


def _is_bound(bound: Any, kind: Any) -> bool:
    number = isinstance(bound, kind) and not isinstance(bound, bool)
    return number and not Decimal(str(bound)).is_nan() and bool(bound >= 0)
