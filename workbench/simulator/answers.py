"""What a simulated model says, repeatable from its seed in any process."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.simulator.judging import judged
from workbench.simulator.luck import seeded
from workbench.simulator.models import SimModel
from workbench.simulator.prose import prose
from workbench.simulator.questions import Known, Questions
from workbench.simulator.slips import LETTERS, NUMBER, perturbed, slip
from workbench.simulator.tokens import tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a model says.

    Attributes:
        tokens: The text in tokens; joined they are the text.
        finish: `length` where `max_tokens` cut it.
        stop: The stop sequence that ended it; `None` where none did.
    """

    tokens: tuple[str, ...]
    finish: Literal["stop", "length"]
    stop: str | None = None


class Answers:
    """The knowledge that all models of a simulator share; how often each uses it is its `accuracy`.

    Args:
        known: What is known, by the question's text.
        seed: Another seed gives other right and wrong answers.
    """

    def __init__(self, known: Mapping[str, Known], *, seed: int = 0) -> None:
        self._questions = Questions(known)
        self._seed = seed

    def say(
        self,
        model: SimModel,
        prompt: str,
        *,
        repeat: int = 0,
        max_tokens: int | None = None,
        stop: Sequence[str] = (),
        schema: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The model's answer to a prompt.

        Args:
            model: Who is asked.
            prompt: The last message of the user; a known question is looked for in it.
            repeat: Another number is another throw of the same die.
            max_tokens: Cuts the answer; `None` does not.
            stop: Texts before which the answer ends.
            schema: What the answer of a judge has to be like.
        """
        rng = seeded(self._seed, model.name, prompt, repeat)
        question = self._questions.find(prompt)
        verdict = judged(model.judging, prompt, schema, self._questions, rng)
        if verdict is not None:
            text = verdict
        elif question is None:
            text = prose(model.name, prompt, rng)
        elif self._throw(model, question, rng) < model.accuracy:
            text = question.target
        else:
            text = self._wrong(question, rng)
        ended_by = min((word for word in stop if word in text), key=text.index, default=None)
        said = tokens(text if ended_by is None else text[: text.index(ended_by)])
        if max_tokens is not None and len(said) > max_tokens:
            return Answer(tokens=said[:max_tokens], finish="length")
        return Answer(tokens=said, finish="stop", stop=ended_by)

    def _throw(self, model: SimModel, question: Known, rng: random.Random) -> float:
        """The throw of the die for a question, which is now and then that of its whole cluster.

        Two questions share it with the square of the chance that one of them takes it, and are otherwise
        independent: that square is their correlation, and how often each is right stays as it was.
        """
        own = rng.random()
        if question.cluster is None or rng.random() >= math.sqrt(model.cluster_correlation):
            return own
        return seeded(self._seed, model.name, "cluster", question.cluster).random()

    def _wrong(self, question: Known, rng: random.Random) -> str:
        target = question.target
        if question.cluster is not None:
            return slip(target, self._questions.targets_beside(question), rng)
        if target in LETTERS:
            return rng.choice([letter for letter in LETTERS if letter != target])
        if number := NUMBER.search(target):
            return target[: number.start()] + perturbed(number.group(), rng) + target[number.end() :]
        for others in (self._questions.targets(question.category), self._questions.targets()):
            if wrong := [other for other in others if other.casefold() != target.casefold()]:
                return rng.choice(wrong)
        return "I do not know."
