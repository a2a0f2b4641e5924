"""What the page knows of one answer, and what it is told next: the state of the panes, without any widget."""

from __future__ import annotations

from typing import Any

from workbench.differences import differences
from workbench.widgets.panes.comparison import RUNNING, PaneState
from workbench.widgets.panes.facts import facts
from workbench.widgets.text.markdown import render

GROWING = ("text", "reasoning", "nodes")
# Blind, a pane shows the answer alone: an error names the provider, and numbers or thoughts tell who it is.
HIDDEN_ERROR = "It failed. Why stands here when the names are shown."

Told = dict[str, Any]


class Answer:
    """One answer on its way to the page.

    Attributes:
        told: All that the page knows of it: `pane`, `repeat`, `state`, `text`, `reasoning`, `note`, `error`,
            `facts`; of the text, `nodes` are its Markdown as far as it cannot change any more, and what
            begins at `rest` (in UTF-16 units, as the page counts) is not in them yet; `diff` holds the
            differences to another answer where they are shown, else `None`.
    """

    def __init__(self, pane: int, repeat: int) -> None:
        self.pane, self.repeat = pane, repeat
        self.told: Told = {"pane": pane, "repeat": repeat, "state": "ready", "nodes": [], "diff": None}
        self.told |= {"text": "", "reasoning": "", "rest": 0}
        self._at = 0  # where the text begins that is not in the nodes, as Python counts

    @property
    def ended(self) -> bool:
        """Whether its text is all there."""
        return self.told["state"] not in RUNNING and self.told["state"] != "ready"

    def take(self, state: PaneState, *, hidden: bool) -> Told | None:
        """Come to a state.

        Args:
            state: How the answer stands.
            hidden: Whether all is left out that tells the model.

        Returns:
            What is new, of what grows only what was added; `None` where something that grows has changed
            otherwise, so that the page needs all of it again.
        """
        before, text = self.told, valid(state.text)
        reasoning = "" if hidden else valid(state.reasoning)
        grew = text.startswith(before["text"]) and reasoning.startswith(before["reasoning"])
        nodes, rest = (before["nodes"], before["rest"]) if grew else ([], 0)
        self._at = self._at if grew else 0
        self.told = before | {
            "state": state.state,
            "text": text,
            "reasoning": reasoning,
            "note": "" if hidden else valid(state.note),
            "error": HIDDEN_ERROR if hidden and state.error else valid(state.error),
            "facts": [] if hidden else list(facts(state)),
        }
        # A block of Markdown ends where a line ends: between two line ends there is nothing to look for.
        if self.ended or "\n" in text[len(before["text"]) if grew else 0 :]:
            added, at = render(text, self._at, whole=self.ended)
            nodes = nodes + added
            rest += _units(text[self._at : at])
            self._at = at
        diff = before["diff"] if text == before["text"] else None
        self.told |= {"nodes": nodes, "rest": rest, "diff": diff}
        return _news(before, self.told) if grew else None

    def compare(self, reference: Answer | None) -> bool:
        """Know the differences to another answer, once both have ended; `None` knows none.

        There are none to itself, nor where one of both is empty.

        Returns:
            Whether anything is new.
        """
        before, text = self.told["diff"], self.told["text"]
        other = reference.told["text"] if reference is not None and reference.ended else ""
        if reference is self or not self.ended or not text or not other:
            self.told["diff"] = None
        elif before is None:
            self.told["diff"] = differences(text, other)
        return before is not self.told["diff"]


def valid(text: str) -> str:
    """A text that can be sent: half of a surrogate pair is no Unicode, and becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _news(old: Told, new: Told) -> Told:
    return {
        key: value[len(old.get(key, ())) :] if key in GROWING else value
        for key, value in new.items()
        if value != old.get(key)
    }
