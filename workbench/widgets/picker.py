"""Whom to ask: a box to tick for each model, and a field to add another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets

# More boxes than this are a wall; the names beyond it are offered while one types.
BOXES = 12


class Picker:
    """The models to choose from, the chosen ones ticked.

    Attributes:
        boxes: The box of each model that is in sight, by its name.
        search: The field where further names are found, or typed in.
    """

    def __init__(self, models: Iterable[str], choices: Iterable[str], on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        chosen = list(dict.fromkeys(models))
        others = [name for name in dict.fromkeys(choices) if name not in chosen]
        room = max(BOXES - len(chosen), 0)
        self.boxes: dict[str, Any] = {}
        self.row = ipywidgets.HBox(layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.search = ipywidgets.Combobox(
            options=others[room:],
            placeholder="Add a model …",
            continuous_update=False,
            layout=ipywidgets.Layout(flex="0 1 20rem", width="auto"),
        )
        self._offer(chosen, ticked=True)
        self._offer(others[:room], ticked=False)
        self.search.observe(lambda change: self.add(change["new"].strip()), "value")

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ticked names, in the order of the boxes."""
        return tuple(name for name, box in self.boxes.items() if box.value)

    def add(self, name: str) -> None:
        """Choose a model, whether it was among the choices or not; an empty name adds nothing."""
        if name in self.boxes:
            self.boxes[name].value = True
        elif name:
            self._offer([name], ticked=True)
            self._on_change()
        self.search.value = ""

    def _offer(self, names: Iterable[str], *, ticked: bool) -> None:
        for name in names:
            # As wide as its name: the next box begins where this one ends.
            layout = ipywidgets.Layout(width="auto", margin="2px 18px 2px 2px")
            box = ipywidgets.Checkbox(value=ticked, description=name, indent=False, layout=layout)
            box.observe(lambda _: self._on_change(), "value")
            self.boxes[name] = box
        self.row.children = tuple(self.boxes.values())
