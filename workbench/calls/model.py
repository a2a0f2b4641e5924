"""What is known of a model before it is asked."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelInfo:
    """A model, and what is known of it; `None` is not known.

    Attributes:
        id: What the provider knows it by.
        context_tokens: Most tokens of question and answer together.
        output_tokens: Most tokens of an answer.
        images: Whether it reads pictures; likewise `files`, documents.
        tools: Whether it calls functions.
        output: Whether it keeps to a JSON schema by itself.
        reasoning: Whether it thinks before it answers.
        chat: Whether it answers conversations; `False` for models of embeddings, speech and the like.
        refuses: Parameters, by our names, that it refuses.
        listed: Whether the provider lists it; `False` where the provider lists none and the name is from our
            own table.
    """

    id: str
    context_tokens: int | None = None
    output_tokens: int | None = None
    images: bool | None = None
    files: bool | None = None
    tools: bool | None = None
    output: bool | None = None
    reasoning: bool | None = None
    chat: bool | None = None
    refuses: frozenset[str] | None = None
    listed: bool | None = None

    def __repr__(self) -> str:
        known = "".join(f", {name}={fact!r}" for name in FACTS if (fact := getattr(self, name)) is not None)
        return f"ModelInfo(id={self.id!r}{known})"

    def updated(self, later: ModelInfo) -> ModelInfo:
        """This record with what a better source knows, under the id that it has here."""
        known = {name: fact for name in FACTS if (fact := getattr(later, name)) is not None}
        return replace(self, **known)


FACTS = tuple(each.name for each in fields(ModelInfo) if each.name != "id")
