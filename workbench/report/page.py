"""An executed notebook as one HTML file that opens with no network."""

from __future__ import annotations

import copy
import html
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import plotly.io
import plotly.offline
from nbconvert import HTMLExporter

from workbench.simulator import SIMULATED

PLOTLY_TYPE = "application/vnd.plotly.v1+json"
WIDGET_TYPE = "application/vnd.jupyter.widget-view+json"
NOTICE = "This report contains simulated models (sim/…): their answers, speeds and prices are made up."
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def page_of(document: nbformat.NotebookNode, *, title: str, failure: str = "") -> str:
    """The page: outputs and prose without the code, plotly's script once, and nothing from elsewhere.

    Args:
        document: The executed notebook; it is left as it is.
        title: The page's title.
        failure: Why the notebook did not run to its end; shown at the top.
    """
    document = copy.deepcopy(document)
    charts = [_static(output) for cell in document.cells for output in cell.get("outputs", [])]
    body, _ = HTMLExporter(
        template_name="basic", exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True
    ).from_notebook_node(document)
    script = f"<script>{plotly.offline.get_plotlyjs()}</script>" if any(charts) else ""
    simulated = f'<p class="notice">{html.escape(NOTICE)}</p>' if _simulated(document) else ""
    alarm = (
        f'<p class="failure"><b>This report is not complete.</b> {html.escape(failure)}</p>'
        if failure
        else ""
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{STYLE}</style>\n{script}\n</head>\n"
        f"<body>\n<main>\n{simulated}{alarm}{body}\n</main>\n</body>\n</html>\n"
    )


def _simulated(document: nbformat.NotebookNode) -> bool:
    """Whether any output names a simulated model."""
    outputs = [output for cell in document.cells for output in cell.get("outputs", [])]
    return re.search(rf"\b{SIMULATED}/[a-z]", json.dumps(outputs)) is not None


def _static(output: dict[str, Any]) -> bool:
    """Leave in an output only what a page can show by itself; whether it is a chart."""
    data = output.get("data", {})
    data.pop(WIDGET_TYPE, None)
    figure = data.pop(PLOTLY_TYPE, None)
    if figure is None:
        return False
    data["text/html"] = plotly.io.to_html(
        {"data": figure["data"], "layout": figure["layout"]},
        include_plotlyjs=False,
        full_html=False,
        config={"displaylogo": False, "responsive": True},
        validate=False,
    )
    return True
