"""The charting library as JavaScript, for widgets that draw: nothing is fetched from anywhere."""

from __future__ import annotations

from plotly.offline import get_plotlyjs


def script() -> str:
    """Text of a JavaScript module of some 5 MB, whose default export is `Plotly`."""
    # The library looks for a CommonJS module to put itself into; without one it would go into the page.
    return f"const module = {{ exports: {{}} }};\n{get_plotlyjs()}\nexport default module.exports;\n"
