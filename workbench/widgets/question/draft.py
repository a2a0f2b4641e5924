"""What a person wants to have asked: the state of the playground's inputs, without any widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.calls import Image, Message, Text
from workbench.errors import ConfigError
from workbench.evals.templates import filled, variables_of

MOST_MODELS = 8
SECRETS = frozenset({"api_key"})
"""Parameters that are sent, and never shown or written down."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A prompt to several models, as it stands in the boxes.

    Attributes:
        prompt: May have `{variables}`.
        system: The system prompt, may have them too; empty sends none.
        variables: Their values, by name.
        images: Go before the prompt.
        models: `provider/model` each, in the order of the panes.
        params: Parameters of `Client.chat` for all models.
        own_params: Further ones for some models, by name; they win over `params`.
        repeats: How often each model is asked, at least 1.
        blind: Whether the names are hidden until a vote.
    """

    prompt: str = ""
    system: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    images: tuple[Image, ...] = ()
    models: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    own_params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    repeats: int = 1
    blind: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that the prompts have, in order of appearance."""
        return variables_of(f"{self.system}\n{self.prompt}")

    def params_of(self, model: str) -> dict[str, Any]:
        """The parameters of one model's calls."""
        return {**self.params, **self.own_params.get(model, {})}

    def words(self) -> str:
        """The prompt with its variables filled in."""
        return filled(self.prompt, self.variables)

    def question(self) -> Message:
        """The user's turn: images and words."""
        text = self.words()
        return Message(role="user", content=(*self.images, Text(text=text)) if self.images else text)

    def messages(self, earlier: Sequence[Message] = ()) -> list[Message]:
        """What one model is asked.

        Args:
            earlier: The turns of its conversation so far, without the system prompt.
        """
        system = filled(self.system, self.variables)
        opening = [Message(role="system", content=system)] if system.strip() else []
        return [*opening, *earlier, self.question()]

    def check(self) -> None:
        """See that it can be asked.

        Raises:
            ConfigError: Something is missing; the message says what.
        """
        if not self.prompt.strip() and not self.images:
            raise ConfigError("The prompt is empty: write one first.")
        if not self.models:
            raise ConfigError("No model is chosen: pick at least one.")
        if len(self.models) > MOST_MODELS:
            raise ConfigError(f"{len(self.models)} models are chosen: {MOST_MODELS} fit side by side.")
        empty = [name for name in self.names if name not in self.variables]
        if empty:
            raise ConfigError(f"Nothing is filled in for {', '.join(f'{{{name}}}' for name in empty)}.")
