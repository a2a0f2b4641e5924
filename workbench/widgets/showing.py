"""How widgets stand in a notebook: alive in front of a person, and as HTML that outlives the kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from uuid import uuid4

import ipywidgets
from IPython.display import display

from workbench.widgets.interactive import interactive
from workbench.widgets.twin import Twin

# JupyterLab and HTML exports (MathJax 3 and 2) would typeset what lies between dollars, and formulas may have
# links that run scripts.
_NO_MATH = "mathjax_ignore tex2jax_ignore"


class Showing(ABC):
    """Something with a widget and a static twin.

    A live front end shows `view`. Beside it lies the twin, an output of HTML that the live page hides; saved
    notebooks, their HTML exports and viewers without a kernel show that. A machine (papermill, nbconvert)
    gets the twin alone. Whoever changes what the twin says calls `keep`.

    Attributes:
        view: The widget.
    """

    view: Any
    _twin: Any = None

    @abstractmethod
    def static_html(self) -> str:
        """All that the widget shows, numbers as text, everything that models wrote escaped."""

    @abstractmethod
    def static_text(self) -> str:
        """The same in a line or two."""

    def keep(self) -> None:
        """Bring the twin, where one is shown, up to what the widget shows now; from any thread."""
        if self._twin is not None:
            self._twin.update(self._html())
            self._page.tell()

    def _ipython_display_(self) -> None:
        if not interactive():
            display(_Html(self.static_html(), self.static_text()))
            return
        if self._twin is None:
            self._name = f"workbench-{uuid4().hex}"
            self._page = Twin(self._name, lambda: self._html()._repr_mimebundle_())
        display(ipywidgets.VBox([self._page, self.view]))
        if self._twin is None:
            self._twin = display(self._html(), display_id=self._name)
        else:
            display(self._html(), display_id=self._name)

    def _html(self) -> _Html:
        return _Html(f'<div id="{self._name}">{self.static_html()}</div>', self.static_text())


class _Html:
    """HTML with words for front ends that show none."""

    def __init__(self, html: str, text: str) -> None:
        self._html, self._text = html, text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": f'<div class="{_NO_MATH}">{self._html}</div>', "text/plain": self._text}
