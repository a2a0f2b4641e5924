"""Parameters for all models and for some, in a grid that is folded away."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from workbench.widgets.question.draft import Draft
from workbench.widgets.question.parameter_texts import ALL, FIELDS, ParameterTexts

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
MOST_REPEATS = 10
NO_MATHS = "mathjax_ignore tex2jax_ignore"  # names of models and stop texts are no formulas
_COLUMNS = "minmax(8rem, 1.4fr) repeat(6, minmax(5.2rem, 1fr)) minmax(10rem, 2fr)"
_STYLE = """<style>
.workbench-parameter-wrong > :is(input, select) {
  box-shadow: inset 0 0 0 2px var(--jp-error-color1, #d32f2f);
}
.workbench-parameter-across { grid-column: 1 / -1; }
.workbench-parameter-name { align-self: center; overflow-wrap: anywhere; }
.workbench-parameter-line { line-height: 1.4; font-variant-numeric: tabular-nums; }
.workbench-parameter-problem {
  padding: 2px 8px; line-height: 1.4; border-left: 3px solid var(--jp-error-color1, #d32f2f);
  background: color-mix(in srgb, var(--jp-error-color1, #d32f2f) 12%, transparent);
}
</style>"""


class ParameterForm:
    """The parameters of a run: a row for all models, and one for each that is chosen.

    An empty field leaves the value to the row above, or to the model; `None` in a model's row sends none
    where all the others get one.

    Args:
        models: Those that have a row at first.
        params: What the row of all models says at first; what has no field (`schema`, `tags`) goes through.
        on_change: Called after each change.

    Attributes:
        fields: The widget of each value, by row (a model's name, or `""`) and parameter.
        toggle: Folds the grid out and away.
        view: All of it.
    """

    def __init__(
        self,
        models: Sequence[str] = (),
        params: Mapping[str, Any] | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._texts = ParameterTexts()
        self._on_change = on_change
        self._writing = False
        self.fields: dict[tuple[str, str], Any] = {}
        self._names: dict[str, Any] = {}
        self._problems: dict[str, Any] = {}
        self.toggle = ipywidgets.ToggleButton(
            description="Parameters",
            icon="caret-right",
            tooltip="Show or hide the parameters",
            layout=ipywidgets.Layout(width="auto"),
        )
        self._summary = ipywidgets.HTML(layout=ipywidgets.Layout(flex="1 1 12rem"))
        self._repeats = ipywidgets.BoundedIntText(
            value=1,
            min=1,
            max=MOST_REPEATS,
            description="Repeats",
            style={"description_width": "initial"},
            tooltip="How often each model is asked",
            layout=ipywidgets.Layout(width="9rem"),
        )
        self._grid = ipywidgets.GridBox(
            layout=ipywidgets.Layout(grid_template_columns=_COLUMNS, grid_gap="2px 8px", overflow="auto")
        )
        self._body = ipywidgets.VBox(
            [self._grid, self._repeats], layout=ipywidgets.Layout(display="none", margin="4px 0 0")
        )
        head = ipywidgets.HBox(
            [self.toggle, self._summary], layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        )
        self.view = ipywidgets.VBox(
            [ipywidgets.HTML(_STYLE, layout=ipywidgets.Layout(display="none")), head, self._body]
        )
        self.toggle.observe(lambda _: self._fold(), "value")
        self._repeats.observe(lambda _: self._changed(), "value")
        self.write(Draft(params=params or {}, models=tuple(models)))

    @property
    def params(self) -> dict[str, Any]:
        """Parameters for all models; what cannot be read is not in it, see `problem`."""
        return self._texts.params(ALL)

    @property
    def own_params(self) -> dict[str, dict[str, Any]]:
        """Further ones of the chosen models that have any, by name."""
        return {model: own for model in self._texts.models if (own := self._texts.params(model))}

    @property
    def repeats(self) -> int:
        """How often each model is asked, 1 to 10."""
        return self._texts.repeats

    @property
    def problem(self) -> str:
        """What is wrong with the first field that cannot be read; empty where all can."""
        return self._texts.problem

    def set_models(self, names: Sequence[str]) -> None:
        """Give these models their rows; what was typed for one that goes is there when it comes back."""
        self._texts.models = tuple(names)
        self._lay_out()

    def write(self, draft: Draft) -> None:
        """Show a draft's models, parameters and repeats in place of what is there."""
        self._texts.models, self._texts.repeats = draft.models, draft.repeats
        self._texts.write(ALL, draft.params)
        for model in dict.fromkeys([*filter(None, self._names), *draft.models]):
            self._texts.write(model, draft.own_params.get(model, {}))
        self._writing = True
        try:
            self._repeats.value = draft.repeats
            for (row, field), widget in self.fields.items():
                self._show(row, field, widget)
        finally:
            self._writing = False
        self._lay_out()

    def _fold(self) -> None:
        shown = self.toggle.value
        self._body.layout.display = "flex" if shown else "none"
        self.toggle.icon = "caret-down" if shown else "caret-right"

    def _type(self, row: str, field: str, text: str) -> None:
        if not self._writing:
            self._texts.type(row, field, text)
            self._changed()

    def _changed(self) -> None:
        if not self._writing:
            self._texts.repeats = self._repeats.value
            self._say()
            self._on_change()

    def _lay_out(self) -> None:
        rows = (ALL, *self._texts.models)
        cells = [_words("models"), *(_words(label, meaning) for label, meaning in FIELDS.values())]
        for row in rows:
            if row not in self._problems:
                self._add_row(row)
            cells += [self._names[row], *(self.fields[row, field] for field in FIELDS), self._problems[row]]
        self._grid.children = tuple(cells)
        self._say()

    def _add_row(self, row: str) -> None:
        name = html.escape(row or "all models")
        self._names[row] = ipywidgets.HTML(f'<div class="workbench-parameter-line {NO_MATHS}">{name}</div>')
        self._names[row].add_class("workbench-parameter-name")
        self._problems[row] = ipywidgets.HTML().add_class("workbench-parameter-across")
        for field, (label, meaning) in FIELDS.items():
            named = {
                "tooltip": f"{label} of {row or 'all models'}: {meaning}",
                "layout": ipywidgets.Layout(width="auto"),
            }
            if field == "reasoning_effort":
                widget = ipywidgets.Dropdown(options=[("", "")], value="", **named)
            else:
                widget = ipywidgets.Text(**named)
            self._show(row, field, widget)
            widget.observe(
                lambda change, row=row, field=field: self._type(row, field, change["new"]), "value"
            )
            self.fields[row, field] = widget

    def _show(self, row: str, field: str, widget: Any) -> None:
        """Have a widget show what the state says."""
        text = self._texts.text(row, field)
        if isinstance(widget, ipywidgets.Dropdown):
            efforts = dict.fromkeys([*EFFORTS, *([text] if text else [])])
            none = [("not sent", "None")] if row else []
            # Options that are set anew choose the first: the state must not hear of that.
            writing, self._writing = self._writing, True
            widget.options = [("as above" if row else "", ""), *((each, each) for each in efforts), *none]
            widget.value = text
            self._writing = writing
        else:
            widget.value = text

    def _say(self) -> None:
        """What is wrong beside its field, what goes for a model beneath it, and all in a line."""
        for row in (ALL, *self._texts.models):
            problems = self._texts.problems(row)
            line = self._problems[row]
            words = html.escape(" · ".join(problems.values()))
            line.value = (
                f'<div role="alert" class="workbench-parameter-problem {NO_MATHS}">{words}</div>'
                if words
                else ""
            )
            line.layout.display = "flex" if words else "none"
            for field in FIELDS:
                widget = self.fields[row, field]
                (widget.add_class if field in problems else widget.remove_class)("workbench-parameter-wrong")
                if not isinstance(widget, ipywidgets.Dropdown):
                    widget.placeholder = self._texts.text(ALL, field) if row else ""
        kind = "problem" if self.problem else "line"
        words = html.escape(self.problem or self._texts.summary())
        self._summary.value = f'<div class="workbench-parameter-{kind} {NO_MATHS}">{words}</div>'


def _words(text: str, meaning: str = "") -> Any:
    title = f' title="{html.escape(meaning)}"' if meaning else ""
    return ipywidgets.HTML(f"<span{title}>{html.escape(text)}</span>")
