"""A field for each variable of a prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets


class Blanks:
    """Fields that come and go with the variables; each keeps its value while it is away.

    Attributes:
        fields: The field of each variable that there was so far, by its name.
        view: Those that there are now.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Show none at first.

        Args:
            on_change: Called after each change of a value.
        """
        self._on_change = on_change
        self._names: tuple[str, ...] = ()
        self.fields: dict[str, Any] = {}
        self.view = ipywidgets.VBox()

    @property
    def values(self) -> dict[str, str]:
        """What is written into the fields that there are now; those left empty are not filled in."""
        return {name: self.fields[name].value for name in self._names if self.fields[name].value}

    def show(self, names: Sequence[str]) -> None:
        """Have a field for each of these, in this order, and no others."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.view.children = tuple(map(self._field, names))

    def write(self, values: Mapping[str, str]) -> None:
        """Put values into the fields of these variables, also of those that are away."""
        for name, value in values.items():
            self._field(name).value = value

    def _field(self, name: str) -> Any:
        if name not in self.fields:
            field = ipywidgets.Textarea(
                description=f"{{{name}}}",
                placeholder="Its value",
                rows=1,
                layout=ipywidgets.Layout(width="auto"),
            )
            field.observe(lambda _: self._on_change(), "value")
            self.fields[name] = field
        return self.fields[name]
