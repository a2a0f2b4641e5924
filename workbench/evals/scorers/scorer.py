"""What a scorer is: something that looks at one answer, and says how good it is and why."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigError, WorkbenchError

if TYPE_CHECKING:
    from workbench.client import Client
    from workbench.evals.sample import Sample


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a scorer is given.

    Attributes:
        text: What the model wrote.
        sample: What it was asked, and what was wanted.
        client: Whom to ask, where scoring takes a model: its calls bear the marks of the one that is scored.
    """

    text: str
    sample: Sample
    client: Client


def _anything(sample: Sample) -> None:
    """A scorer that can do with every sample."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorer:
    """A way to score answers.

    Attributes:
        name: Under which the log has its scores; unique in an experiment.
        give: Scores one answer; may be asynchronous. What it raises becomes a score without value.
        check: Raises `DataError` where it can do nothing with a sample; asked before any call is made.
        params: What else there is to know of it, for the row of the run: JSON values.
        asks: The models that it asks, as `provider/model`.
    """

    name: str
    give: Callable[[Answer], Score | Awaitable[Score]]
    check: Callable[[Sample], None] = _anything
    params: Mapping[str, Any] = field(default_factory=dict)
    asks: tuple[str, ...] = ()

    async def score(self, answer: Answer) -> Score:
        """The score of one answer.

        What the scorer raises is the explanation of a score without value: an answer that could not be
        judged is neither right nor wrong. Errors that a user has to mend (`ConfigError`) are raised.
        """
        try:
            given = self.give(answer)
            return await given if inspect.isawaitable(given) else given
        except ConfigError:
            raise
        except Exception as exc:
            said = str(exc) if isinstance(exc, WorkbenchError) else f"{type(exc).__name__}: {exc}"
            return Score(value=None, explanation=f"could not be scored: {said}")
