"""What can end an evaluation before all samples are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from workbench.evals.dataset import Sample


class Stopping(Protocol):
    """Watches an evaluation, and says when its question is answered."""

    def order(self, samples: Sequence[Sample], models: Sequence[str]) -> Sequence[Sample]:
        """The samples in the order in which they are to be asked, of models with these labels."""

    def see(self, sample: Sample, values: Mapping[str, float | None]) -> str | None:
        """Take the scores of the next sample in that order, once every model has ended it in every epoch.

        Args:
            sample: Which it was.
            values: The mean over its epochs for each model, by its label; `None` where none was scored.

        Returns:
            Why no more samples are needed, in words; `None` where they are.
        """
