"""What a scorer is: something that looks at one answer, and says how good it is and why."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigError, WorkbenchError
from workbench.evals.scorers.given import as_score
from workbench.evals.scorers.score import Score
from workbench.evals.scorers.wording import clean

if TYPE_CHECKING:
    from workbench.client import Client
    from workbench.evals.sample import Sample

__all__ = ["Answer", "Score", "Scorer"]

_LONGEST_REASON = 1_000


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
        give: Scores one answer; may be asynchronous. What it raises becomes a score without value; what a
            function of one's own may give will do, too.
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
        judged is neither right nor wrong. Errors that a user has to mend (`ConfigError`) are raised, and so
        is what it gives if that is no score.
        """
        try:
            given = self.give(answer)
            return as_score(await given if inspect.isawaitable(given) else given, self.name)
        except ConfigError:
            raise
        except (Exception, SystemExit) as exc:
            return _unscored(exc)
        except asyncio.CancelledError as exc:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody cancelled us. Whoever let it pass would end without a word, and its answers with it.
            return _unscored(exc)


def _unscored(exc: BaseException) -> Score:
    try:
        said = str(exc) if isinstance(exc, WorkbenchError) else f"{type(exc).__name__}: {exc}"
    except Exception:  # an error of a user's own, whose words are one too
        said = type(exc).__name__
    said = said if len(said) <= _LONGEST_REASON else f"{said[: _LONGEST_REASON - 1]}…"
    return Score(value=None, explanation=clean(f"could not be scored: {said}"))
