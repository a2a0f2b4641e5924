"""A button that shows the cell which does the same as the widget beside it."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets

from workbench.config import load_settings
from workbench.errors import ConfigError
from workbench.widgets.playground.as_code import as_code
from workbench.widgets.question.draft import Draft
from workbench.widgets.showing import Showing

# In an HTML export there are no variables of JupyterLab: the code is as its surroundings then.
_BOX = (
    # Long lines scroll, however narrow the window is.
    "box-sizing:border-box;width:0;min-width:100%;"
    "margin:0;padding:.6em .8em;max-height:26em;overflow:auto;white-space:pre;user-select:text;"
    "border:1px solid var(--jp-border-color1, currentColor);"
    "background:var(--jp-cell-editor-background, transparent);"
    "color:var(--jp-content-font-color1, inherit);font-family:var(--jp-code-font-family, monospace);"
    "line-height:1.4;font-size:var(--jp-code-font-size, inherit)"
)


class CodeView(Showing):
    """What the playground is about to ask, as code to be copied into a cell.

    Args:
        draft_of: Gives what stands in the boxes.
        home: The folder of the log, which the code names where it is not the project's.

    Attributes:
        button: Shows and hides it.
        box: The code, or what is missing.
        view: Both.
    """

    def __init__(self, draft_of: Callable[[], Draft], *, home: str | Path | None = None) -> None:
        self._draft_of = draft_of
        self._home = None if home is None or Path(home) == load_settings().home else home
        self.button = ipywidgets.ToggleButton(
            description="As code",
            icon="code",
            tooltip="The cell that does the same",
            layout=ipywidgets.Layout(width="auto", align_self="flex-start"),
        )
        self.box: Any = ipywidgets.HTML(layout=ipywidgets.Layout(display="none", width="auto"))
        self.button.observe(lambda _: self.refresh(), "value")
        self.view = ipywidgets.VBox([self.button, self.box])

    @property
    def code(self) -> str:
        """The code; what the draft lacks, as a comment, where it cannot be asked."""
        try:
            return as_code(self._draft_of(), home=self._home)
        except ConfigError as problem:
            return "".join(f"# {line}\n" for line in str(problem).splitlines())

    def refresh(self) -> None:
        """Bring what is shown up to the draft of now; while it is hidden, nothing is to be done."""
        self.box.value = self.static_html() if self.button.value else ""
        self.box.layout.display = "" if self.button.value else "none"

    def static_html(self) -> str:
        """The code, escaped; it can be reached by keyboard, to be scrolled and copied."""
        return (
            f'<pre tabindex="0" role="region" aria-label="The same as code" style="{_BOX}">'
            f"{html.escape(self.code)}</pre>"
        )

    def static_text(self) -> str:
        """The code."""
        return self.code
