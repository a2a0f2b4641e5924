"""Plotly figures in a page, which can change while somebody looks at them.

Plotly's own `FigureWidget` is not used: drawn inside other widgets it does not follow the width of its place,
loses data when the page is reloaded (the page tells the kernel what it takes for defaults, and the kernel
drops it), and each one sends the library of 5 MB anew. Here the page gets whole figures, and tells nothing.

The library is data of the widget and not its module: anywidget gives up a module that takes a page longer
than two seconds, as one of 5 MB may.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from workbench.plots.script import script


class Figures(anywidget.AnyWidget):
    """Figures one below the other; each is plotly's JSON as text."""

    _esm = Path(__file__).with_name("figures.js")

    library = traitlets.Unicode(script()).tag(sync=True)
    figures = traitlets.List(traitlets.Unicode()).tag(sync=True)
