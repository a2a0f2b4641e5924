"""Whom to ask: a list to search, with contexts and prices, and the chosen models above it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets

from workbench.errors import ConfigError
from workbench.widgets.hints import alert, hint
from workbench.widgets.keys import with_keys
from workbench.widgets.question.choices import Choice
from workbench.widgets.question.selection import Selection
from workbench.widgets.showing import Showing

ROWS = 50  # with more of them in the page it lags behind who types
NOBODY = "No provider answers: set a key (see `workbench doctor`) or start the simulator."
HEADS = ("context", "per million, in / out")
# Front ends set what stands between dollars or after a backslash as mathematics, with its links.
_NO_MATHS = str.maketrans({"$": "＄", "\\": "＼"})


class Picker(Showing):
    """The models to choose from.

    The chosen ones stand above the list; to press one takes it out.

    Attributes:
        search: The field that narrows the list; Enter takes the first match, or a name that is not listed.
        browse: Shows the list, which is also shown while something is searched for.
        add_button: Adds what is typed, where no model is called so.
        boxes: The box of each model that was in sight so far, by its name.
        message: What could not be done, as HTML.
        view: All of it.
    """

    def __init__(
        self, models: Iterable[str], choices: Sequence[str | Choice], on_change: Callable[[], None]
    ) -> None:
        """Show them.

        Args:
            models: `provider/model` names that are chosen at first.
            choices: What is offered, in any order; of a bare name no price is known. Models that are known
                not to answer conversations are left out.
            on_change: Called after each change of what is chosen.

        Raises:
            ConfigError: More models are chosen than fit side by side.
        """
        self._selection = Selection(choices)
        self._selection.choose(models)
        self._on_change = on_change
        # A widget that is no longer shown lives on with its kernel: each is made once.
        self._rows: dict[str, Any] = {}
        self._buttons: dict[str, Any] = {}
        self.boxes: dict[str, Any] = {}
        self._build()
        self.browse.value = not self.chosen
        self._show()
        self._find("")
        self._look()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen names, in the order in which they were chosen."""
        return self._selection.chosen

    @property
    def colours(self) -> Mapping[str, str]:
        """The colour of each model that was chosen so far; it keeps it when others go."""
        return self._selection.colours

    def choose(self, names: Iterable[str]) -> None:
        """Choose these and no others.

        Raises:
            ConfigError: They are more than fit side by side.
        """
        changed = self._selection.choose(names)
        self._show()
        if changed:
            self._on_change()

    def add(self, name: str) -> None:
        """Choose one more, whether it is listed or not; an empty name adds nothing.

        Raises:
            ConfigError: There is no room for another one.
        """
        if name := name.strip():
            self.choose([*self.chosen, name])

    def remove(self, name: str) -> None:
        """Choose it no more."""
        self.choose(each for each in self.chosen if each != name)

    def static_html(self) -> str:
        """The chosen models with their contexts and prices."""
        heads = "".join(f'<th style="text-align:left">{head}</th>' for head in ("model", *HEADS))
        rows = "".join(f"<tr>{_cells(each)}</tr>" for each in map(self._known, self.chosen))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def static_text(self) -> str:
        """The chosen models."""
        return f"Models: {', '.join(self.chosen) or 'none chosen'}"

    def _known(self, name: str) -> Choice:
        return self._selection.choices[name]

    def _build(self) -> None:
        wide = ipywidgets.Layout(width="auto", flex="1 1 14rem", min_width="0", max_width="36rem")
        auto = ipywidgets.Layout(width="auto")
        wrapped = ipywidgets.Layout(flex_flow="row wrap")
        self.search = ipywidgets.Text(
            description="Models",
            placeholder="Search, or type provider/model",
            tooltip="Search by parts of provider and name; Enter takes the first match",
            layout=wide,
        )
        self.browse = ipywidgets.ToggleButton(layout=auto)
        self.add_button = ipywidgets.Button(icon="plus", layout=ipywidgets.Layout(width="auto"))
        self.message = ipywidgets.HTML()
        self._chips = ipywidgets.HBox(layout=wrapped)
        self._heading = ipywidgets.HTML(_facts(*HEADS), layout=ipywidgets.Layout(align_self="flex-end"))
        # Rows that shrink to fit would lie on each other.
        self._list = ipywidgets.VBox(layout=ipywidgets.Layout(max_height="15rem", display="block"))
        self._list.layout.overflow = "hidden auto"
        self._more = ipywidgets.HTML()
        self._found = ipywidgets.VBox([self._heading, self._list, self._more])
        self._row_layout = ipywidgets.Layout(flex_flow="row wrap", justify_content="space-between")
        self._box_layout = ipywidgets.Layout(width="auto", flex="1 1 16rem", min_width="0")
        self.row = ipywidgets.VBox([self._chips, self.message, self._found]).add_class("workbench-beneath")
        bar = ipywidgets.HBox([self.search, self.browse, self.add_button], layout=wrapped)
        self.view = with_keys([bar, self.row], "workbench-picker", on_enter=self._enter)
        self.search.observe(lambda _: self._look(), "value")
        self.browse.observe(lambda _: self._look(), "value")
        self.add_button.on_click(lambda _: self._add_typed())

    def _show(self) -> None:
        """Bring boxes and chips up to what is chosen.

        The list stays as it is: no row moves away from under the pointer.
        """
        for name, box in self.boxes.items():
            box.value = name in self.chosen
        self._chips.children = tuple(map(self._chip, map(self._known, self.chosen)))
        self.message.value = ""

    def _look(self) -> None:
        """Bring everything up to what is typed, and the list too where it is to be seen."""
        typed, known = self.search.value.strip(), self._selection.choices
        browsing = self.browse.value
        self.browse.description = f"All {len(known):,}"
        self.browse.icon = "chevron-up" if browsing else "chevron-down"
        self.browse.tooltip = "Hide the list" if browsing else "Show all models that can be asked"
        self.add_button.description = f"Add {typed}"
        self.add_button.layout.display = None if typed and typed not in known else "none"
        self._found.layout.display = None if browsing or typed else "none"
        if browsing or typed:
            self._find(typed)

    def _find(self, typed: str) -> None:
        found = self._selection.find(typed)
        self._list.children = tuple(map(self._row, found[:ROWS]))
        rest = len(found) - ROWS
        remark = f"… and {rest:,} more: type to narrow" if rest > 0 else ""
        if not found:
            remark = f"No model here is called {typed!r}: press Enter to add it." if typed else NOBODY
        self._more.value = hint(remark)
        self._heading.layout.display = None if found else "none"

    def _try(self, name: str) -> bool:
        """What `add` does, with problems shown; gives whether there is none."""
        try:
            self.add(name)
        except ConfigError as error:
            self.message.value = alert(str(error))
            return False
        return True

    def _enter(self, typed: str) -> None:
        self._try(self._selection.wanted(typed))

    def _add_typed(self) -> None:
        if self._try(self.search.value):
            self.search.value = ""
            self.search.focus()

    def _tick(self, name: str, *, ticked: bool) -> None:
        if ticked == (name in self.chosen):
            return
        if not ticked:
            self.remove(name)
        elif not self._try(name):
            self.boxes[name].value = False

    def _take_out(self, name: str) -> None:
        self.remove(name)
        self.search.focus()  # the button is gone, and with it the place of whoever pressed it by a key

    def _chip(self, choice: Choice) -> Any:
        if choice.name not in self._buttons:
            chip = ipywidgets.Button(
                description=f"{choice.name} ×",
                tooltip=f"Take {choice.name} out ({choice.context} tokens of context, {choice.price})",
                layout=ipywidgets.Layout(width="auto", max_width="100%"),
            )
            chip.layout.border_left = f"4px solid {self.colours[choice.name]}"
            chip.on_click(lambda _: self._take_out(choice.name))
            self._buttons[choice.name] = chip
        return self._buttons[choice.name]

    def _row(self, choice: Choice) -> Any:
        if choice.name not in self._rows:
            box = ipywidgets.Checkbox(
                value=choice.name in self.chosen,
                description=choice.name.translate(_NO_MATHS),
                indent=False,
                layout=self._box_layout,
            )
            box.observe(lambda change: self._tick(choice.name, ticked=change["new"]), "value")
            self.boxes[choice.name] = box
            facts = ipywidgets.HTML(_facts(choice.context, choice.price))
            self._rows[choice.name] = ipywidgets.HBox([box, facts], layout=self._row_layout)
        return self._rows[choice.name]


def _facts(context: str, price: str) -> str:
    style = "display:inline-block;text-align:right"
    return (
        '<span style="white-space:nowrap;font-variant-numeric:tabular-nums;color:var(--jp-ui-font-color2)">'
        f'<span style="{style};min-width:4rem">{html.escape(context)}</span>'
        f'<span style="{style};min-width:11rem">{html.escape(price)}</span></span>'
    )


def _cells(choice: Choice) -> str:
    cells = (choice.name, choice.context, choice.price)
    return "".join(f'<td style="text-align:left">{html.escape(cell)}</td>' for cell in cells)
