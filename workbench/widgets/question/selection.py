"""Which of many models are chosen, and which of them match what is typed: without any widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.errors import ConfigError
from workbench.plots import colours
from workbench.widgets.question.choices import Choice
from workbench.widgets.question.draft import MOST_MODELS


class Selection:
    """Models to choose from, and the chosen ones in the order in which they were chosen.

    Attributes:
        choices: All that are known here, by name: the listed ones, and those that were chosen besides.
    """

    def __init__(self, choices: Iterable[str | Choice]) -> None:
        """Offer models.

        Args:
            choices: In any order; of a bare name no price is known. Models that are known not to answer
                conversations are left out.
        """
        listed = (Choice(name=each) if isinstance(each, str) else each for each in choices)
        self.choices = {each.name: each for each in listed if each.chat is not False}
        self._chosen: tuple[str, ...] = ()
        self._seen: dict[str, None] = {}

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen names."""
        return self._chosen

    @property
    def colours(self) -> Mapping[str, str]:
        """The colour of each model that was chosen so far; it keeps it when others go."""
        return colours(self._seen)

    def choose(self, names: Iterable[str]) -> bool:
        """Choose these and no others; gives whether that is a change.

        Raises:
            ConfigError: They are more than fit side by side.
        """
        new = tuple(dict.fromkeys(names))
        if len(new) > MOST_MODELS:
            raise ConfigError(
                f"{len(new)} models are more than the {MOST_MODELS} that fit side by side: take some out."
            )
        changed = new != self._chosen
        self._chosen = new
        for name in sorted(new):  # as charts of the same models give them their colours
            self._seen.setdefault(name)
            self.choices.setdefault(name, Choice(name=name))
        return changed

    def find(self, typed: str) -> list[Choice]:
        """Those whose names have every word of it: the chosen ones first, then by provider and name."""
        words = typed.split()
        return sorted(
            (each for each in self.choices.values() if each.matches(words)),
            key=lambda each: (each.name not in self._chosen, each.order),
        )

    def wanted(self, typed: str) -> str:
        """Whom who types this and presses Enter wants: the model of that name, else the first match.

        Where nothing matches that is not chosen already, the name as it is typed.
        """
        typed = typed.strip()
        if typed in self.choices:
            return typed
        return next((each.name for each in self.find(typed) if each.name not in self._chosen), typed)
