"""The question: prompt, system prompt, what stands in place of their variables, and images."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from workbench.evals.templates import variables_of
from workbench.widgets.keys import with_keys
from workbench.widgets.question.blanks import Blanks
from workbench.widgets.question.draft import Draft
from workbench.widgets.question.images import Images
from workbench.widgets.showing import Showing

_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere"


class Composer(Showing):
    """The inputs of a question.

    Attributes:
        prompt: The box of the prompt.
        system: The box of the system prompt, folded away until it is used.
        unfold: Shows and hides that box.
        blanks: A field for each `{variable}` of the two prompts.
        images: The pictures that go with the prompt.
        view: All of them.
    """

    def __init__(
        self, prompt: str = "", system: str = "", on_change: Callable[[], None] | None = None
    ) -> None:
        """Show them.

        Args:
            prompt: What stands in the prompt's box at first.
            system: Likewise for the system prompt.
            on_change: Called after each change of anything that `values` gives.
        """
        self._on_change = on_change
        self.unfold = ipywidgets.ToggleButton(
            value=bool(system), layout=ipywidgets.Layout(width="auto", align_self="flex-start")
        )
        self.system = ipywidgets.Textarea(
            value=system,
            description="System",
            placeholder="How should the models answer?",
            rows=3,
            layout=ipywidgets.Layout(width="auto"),
        )
        self.prompt = ipywidgets.Textarea(
            value=prompt,
            description="Prompt",
            placeholder="What do you want to ask? {name} makes a field of its own",
            rows=4,
            layout=ipywidgets.Layout(width="auto"),
        )
        self.blanks = Blanks(self._changed)
        self.images = Images(self._changed)
        further = ipywidgets.HBox([self.unfold, self.images.upload]).add_class("workbench-beneath")
        pictures = self.images.view.add_class("workbench-beneath")
        self.view = with_keys(
            [self.prompt, self.blanks.view, further, self.system, pictures], "workbench-composer"
        )
        self._fit()
        self.prompt.observe(lambda _: self._typed(), "value")
        self.system.observe(lambda _: self._typed(), "value")
        self.unfold.observe(lambda _: self._fit(), "value")

    def values(self) -> dict[str, Any]:
        """What the boxes say, as `Draft` takes it: `prompt`, `system`, `variables` and `images`."""
        return {
            "prompt": self.prompt.value,
            "system": self.system.value,
            "variables": self.blanks.values,
            "images": tuple(each.image for each in self.images.attached),
        }

    def write(self, draft: Draft) -> None:
        """Put the prompts, variables and images of a draft into the boxes."""
        self.system.value, self.prompt.value = draft.system, draft.prompt
        self.unfold.value = bool(draft.system)
        self.blanks.write(draft.variables)
        self.images.write(draft.images)

    def hear(self, texts: Mapping[str, str]) -> None:
        """Take what the page has in its boxes, by their descriptions: it may be newer than what is known."""
        for box in (self.prompt, self.system, *self.blanks.fields.values()):
            box.value = texts.get(box.description, box.value)

    def add_image(self, name: str, media_type: str, data: bytes) -> None:
        """Add a picture that was dropped or pasted; where it is none, or too large, the view says so."""
        self.images.take([(name, media_type, data)])

    def static_html(self) -> str:
        """Prompts, variables, and names and sizes of the images."""
        parts = [
            ("System", self.system.value),
            ("Prompt", self.prompt.value),
            *((f"{{{name}}}", value) for name, value in self.blanks.values.items()),
            *(("Image", str(each)) for each in self.images.attached),
        ]
        return "".join(
            f'<p style="{_TEXT}"><b>{html.escape(label)}</b> {html.escape(text)}</p>'
            for label, text in parts
            if text
        )

    def static_text(self) -> str:
        """The beginning of the prompt."""
        return f"Prompt: {self.prompt.value[:200]}"

    def _typed(self) -> None:
        self._fit()
        self._changed()

    def _fit(self) -> None:
        """Show the fields that these prompts need."""
        self.blanks.show(variables_of(f"{self.system.value}\n{self.prompt.value}"))
        shown, length = self.unfold.value, len(self.system.value)
        self.system.layout.display = None if shown else "none"
        self.unfold.icon = "chevron-down" if shown else "chevron-right"
        # A system prompt that is sent is never out of mind.
        hidden = f" ({length:,} characters)" if length and not shown else ""
        self.unfold.description = f"System prompt{hidden}"
        self.unfold.tooltip = "Hide the system prompt" if shown else "Show the system prompt"

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()
