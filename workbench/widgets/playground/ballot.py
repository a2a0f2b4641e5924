"""A vote on answers that stand side by side: its state, without any widget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from workbench.errors import ConfigError
from workbench.log import Recorder
from workbench.log.labelling import Judgement, keep

QUESTION = "Which answer is better?"


class Ballot:
    """Which of the answers shown is the best, by one person; rows of kind `vote` in the log.

    Who votes again changes their mind: the later row of the same answers, question and person counts.

    Args:
        calls: The calls whose answers are shown, in the order in which they are (`Completion.call_id`).
        labeller: Who votes (`client.settings.labeller`).
        question: What the person is asked.
        blind: Whether the names of the models are hidden.
        experiment: The experiment that the answers are from.
        sample: The item of the data set that they answer.
        clock: Gives seconds; the ballot is taken to be shown when it is made.

    Attributes:
        calls: As given.
        standing: The vote that counts; `None` while there is none.

    Raises:
        ConfigError: There are fewer than two answers.
    """

    def __init__(
        self,
        calls: Sequence[UUID],
        *,
        labeller: str,
        question: str = QUESTION,
        blind: bool = False,
        experiment: str | None = None,
        sample: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if len(calls) < 2:
            raise ConfigError(f"there is nothing to choose among {len(calls)} answers: show at least two")
        self.calls = tuple(calls)
        self.standing: Judgement | None = None
        self._labeller, self._question, self._blind = labeller, question, blind
        self._experiment, self._sample = experiment, sample
        self._clock, self._shown_at = clock, clock()

    def vote(self, chosen: Iterable[int], note: str | None = None) -> Judgement:
        """Choose the best; the row for the log.

        Args:
            chosen: Their places among `calls`, from 0: several tie, none says that all are bad.
            note: What the person has to say beside it.

        Raises:
            ConfigError: There is no answer at such a place.
        """
        places = sorted(set(chosen))
        if strange := [place for place in places if not 0 <= place < len(self.calls)]:
            raise ConfigError(f"no answer at place {strange[0]!r}: there are {len(self.calls)}, from 0")
        self.standing = Judgement(
            kind="vote",
            labeller=self._labeller,
            question=self._question,
            calls=self.calls,
            chosen=tuple(self.calls[place] for place in places),
            note=note,
            blind=self._blind,
            experiment=self._experiment,
            sample=self._sample,
            duration_s=self._clock() - self._shown_at,
        )
        return self.standing

    def undo(self) -> Judgement | None:
        """Take the vote back; the row for the log, `None` where there is no vote."""
        vote, self.standing = self.standing, None
        return None if vote is None else vote.taken_back()

    async def cast(self, recorder: Recorder, chosen: Iterable[int], note: str | None = None) -> Judgement:
        """Vote, and wait until the log has it.

        Raises:
            ConfigError: As `vote`.
        """
        vote = self.vote(chosen, note)
        await keep(recorder, vote)
        return vote

    async def take_back(self, recorder: Recorder) -> None:
        """Undo, and wait until the log has it."""
        row = self.undo()
        if row is not None:
            await keep(recorder, row)
