"""What can end an evaluation before all samples are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workbench.evals.dataset import Sample


class Stopping(Protocol):
    """Watches an evaluation, and says when its question is answered."""

    @property
    def fresh(self) -> bool:
        """Whether the log's answers will not do, as it compares with some of them."""

    def order(self, samples: Sequence[Sample], models: Sequence[str], epochs: int) -> Sequence[Sample]:
        """The samples in the order in which models with these labels are asked them, so often each."""

    def see(
        self, sample: Sample, values: Mapping[str, float | None], missing: Mapping[str, float]
    ) -> str | None:
        """Take the scores of the next sample in that order, once every model has ended it in every epoch.

        Args:
            sample: Which it was.
            values: The mean over its epochs for each model, by its label; `None` where none was scored.
            missing: In how many of the epochs each has no score, as a share in [0, 1].

        Returns:
            Why no more samples are needed, in words; `None` where they are.
        """

    def describe(self) -> Mapping[str, Any]:
        """How it decides, as the log keeps it with the runs: what JSON can say, such as `{"alpha": 0.05}`."""
