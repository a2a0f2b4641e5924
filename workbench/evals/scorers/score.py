"""What a scorer says about one answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What a scorer says about one answer.

    Attributes:
        value: How good the answer is: 0 or 1, or graded, usually in [0, 1]. `None`: there is no number, for
            the score is a category, which is the `label`, or the answer could not be judged.
        label: The answer as the scorer read it, or the category that it gave, in a form in which those of two
            models can be compared; `None` where there is none.
        explanation: Why, in a few words for a reader; the reason where there is neither value nor label.
    """

    value: float | None
    label: str | None = None
    explanation: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether the answer could not be judged."""
        return self.value is None and self.label is None
