"""A person at work on a list of items: the state of the labelling widget, without any widget."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from workbench.errors import ConfigError
from workbench.log.labelling import Judgement, value_of
from workbench.widgets.labelling.items import Answer, Item
from workbench.widgets.labelling.next_item import next_item

MOST_LABELS = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person can say of an item, and the key that says it.

    Attributes:
        key: As the browser names it.
        words: What the button says.
        chosen: Of a vote, the places of the best among the answers as they are shown.
        label: Of a label, the label.
    """

    key: str
    words: str
    chosen: tuple[int, ...] = ()
    label: str | None = None


VOTES = (
    Choice(key="1", words="Answer 1 is better", chosen=(0,)),
    Choice(key="2", words="Answer 2 is better", chosen=(1,)),
    Choice(key="0", words="Equally good", chosen=(0, 1)),
    Choice(key="x", words="None is good", chosen=()),
)
SAME_AS = {"t": "0"}
"""Keys that do what another does."""


def label_choices(labels: Iterable[object]) -> tuple[Choice, ...]:
    """The choices of a list of labels; those that are one digit each have that as their key.

    Raises:
        ConfigError: They are a text, none, more than there are keys, or not all different.
    """
    if isinstance(labels, str):
        raise ConfigError(f"labels are {labels!r}, a text: give a list, such as ['right', 'wrong']")
    words = [str(label) for label in labels]
    if not 1 < len(words) <= MOST_LABELS or len(set(words)) < len(words) or not all(words):
        raise ConfigError(
            f"labels are {words!r}: give two to {MOST_LABELS}, all different, for the keys 1 to {MOST_LABELS}"
        )
    digits = all(len(word) == 1 and word in "0123456789" for word in words)
    keys = words if digits else [str(place) for place in range(1, len(words) + 1)]
    return tuple(Choice(key=key, words=word, label=word) for key, word in zip(keys, words, strict=True))


@dataclass(kw_only=True, slots=True)
class Labelling:
    """What one person has judged, and what comes next.

    Attributes:
        items: What there is to judge.
        question: What the person is asked.
        labeller: Who that is.
        labels: The labels to choose from; none where pairs are voted on.
        blind: Whether the names of the models are hidden.
        judgements: Those that stand, of all people, the latest last.
        clock: Gives seconds.
        current: The item that is shown; `None` where nothing is left.
        skipped: Those that this person did not want.
    """

    items: Sequence[Item]
    question: str
    labeller: str
    labels: tuple[str, ...] = ()
    blind: bool = True
    judgements: list[Judgement] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    current: Item | None = None
    skipped: list[Item] = field(default_factory=list)
    _shown_at: float = 0.0

    def __post_init__(self) -> None:
        self._show(self._next())

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be said of each item."""
        return label_choices(self.labels) if self.labels else VOTES

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers of the item shown, in the order in which they are."""
        return () if self.current is None else self.current.in_order_for(self.labeller)

    @property
    def own(self) -> list[Judgement]:
        """What this person has judged, the latest last."""
        return [each for each in self.judgements if each.labeller == self.labeller]

    @property
    def done(self) -> int:
        """How many items this person has judged."""
        return len(self.own)

    @property
    def left_s(self) -> float | None:
        """How long the rest will take at the pace so far (the median); `None` where there is none yet."""
        paces = [each.duration_s for each in self.own if each.duration_s is not None]
        left = len(self.items) - self.done - len(self.skipped)
        return statistics.median(paces) * left if paces else None

    def press(self, key: str, note: str = "") -> Judgement | None:
        """Do what a key says: judge, undo or skip.

        Returns:
            The row for the log; `None` where there is nothing to write.
        """
        if key == "u":
            return self._undo()
        if key == "s":
            self._skip()
            return None
        choices = {choice.key: choice for choice in self.choices}
        choice = choices.get(key) or choices.get(SAME_AS.get(key, ""))
        return None if choice is None or self.current is None else self._judge(choice, note.strip() or None)

    def item_of(self, judgement: Judgement) -> Item | None:
        """What a judgement is about; `None` where that is not among the items."""
        return next((item for item in self.items if item.calls == frozenset(judgement.calls)), None)

    def _judge(self, choice: Choice, note: str | None) -> Judgement:
        item = self.current
        assert item is not None  # noqa: S101 - whoever calls this has looked
        calls = tuple(answer.call for answer in self.answers)
        judgement = Judgement(
            kind="label" if self.labels else "vote",
            labeller=self.labeller,
            question=self.question,
            calls=calls,
            chosen=None if self.labels else tuple(calls[place] for place in choice.chosen),
            label=choice.label,
            value=None if choice.label is None else value_of(choice.label),
            note=note,
            blind=self.blind,
            experiment=item.experiment,
            sample=item.sample,
            duration_s=self.clock() - self._shown_at,
        )
        self.judgements.append(judgement)
        self._show(self._next())
        return judgement

    def _undo(self) -> Judgement | None:
        if not self.own:
            return None
        last = self.own[-1]
        self.judgements.remove(last)
        self._show(self.item_of(last))
        return last.taken_back()

    def _skip(self) -> None:
        if self.current is not None:
            self.skipped.append(self.current)
            self._show(self._next())

    def _next(self) -> Item | None:
        return next_item(self.items, self.judgements, self.labeller, skipped=self.skipped)

    def _show(self, item: Item | None) -> None:
        self.current, self._shown_at = item, self.clock()
