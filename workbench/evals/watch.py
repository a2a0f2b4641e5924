"""Whether an evaluation goes on: samples in an order, watched as they end, until somebody has seen enough."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from workbench.evals.dataset import Sample
from workbench.evals.progress import Ended
from workbench.evals.stopping import Stopping


class Watch:
    """Tells a `Stopping` of each sample, in its order, once all calls of it have ended.

    Answers come in any order, and those that come late may be the wrong ones: who decided by what is there
    would decide by speed. And as what comes after the decision is paid in vain, no model runs far ahead of
    the others.

    Args:
        until: Who decides.
        samples: What is asked.
        labels: Of the runs.
        epochs: How often each asks a sample.
        ahead: How many samples may be under way beyond the last one that was told, at least 1.

    Attributes:
        samples: In the order in which they are asked.
        reason: Why no more are needed, in words; empty while they are.
    """

    def __init__(
        self, until: Stopping, samples: Sequence[Sample], labels: Sequence[str], epochs: int, ahead: int
    ) -> None:
        self._until, self._labels, self._epochs, self._ahead = until, labels, epochs, ahead
        self._each = len(labels) * epochs
        self.samples = tuple(until.order(samples, labels, epochs))
        self._place = {sample.id: place for place, sample in enumerate(self.samples)}
        self._ended: dict[str, int] = defaultdict(int)
        self._values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._told = 0
        self._decided = False
        self._moved = asyncio.Condition()
        self.reason = ""

    async def turn(self, sample: Sample) -> None:
        """Wait until a sample may be asked, or nothing need be asked any more."""
        async with self._moved:
            await self._moved.wait_for(
                lambda: self.reason or self._place[sample.id] < self._told + self._ahead
            )

    @property
    def facts(self) -> dict[str, Any]:
        """Who decides, and how, and the order of the samples: what it takes to decide again by the log."""
        return {**self._until.describe(), "order": [sample.id for sample in self.samples]}

    async def end(self, reason: str) -> None:
        """Nothing more is asked, whatever was seen; what is under way is still told."""
        async with self._moved:
            self.reason = self.reason or reason
            self._moved.notify_all()

    async def take(self, ended: Ended) -> None:
        """A call has ended."""
        self._ended[ended.sample] += 1
        if ended.value is not None:
            self._values[ended.sample][ended.model].append(ended.value)
        told = self._told
        while not self._decided and self._next_has_ended():
            sample = self.samples[self._told]
            values = self._values.pop(sample.id, {})
            self._told += 1
            means = {label: fmean(values[label]) if label in values else None for label in self._labels}
            missing = {label: 1 - len(values.get(label, ())) / self._epochs for label in self._labels}
            if reason := self._until.see(sample, means, missing):
                self._decided, self.reason = True, reason
        if self._told > told:
            async with self._moved:
                self._moved.notify_all()

    def _next_has_ended(self) -> bool:
        return self._told < len(self.samples) and self._ended[self.samples[self._told].id] == self._each
