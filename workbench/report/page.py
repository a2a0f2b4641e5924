"""An executed notebook as one HTML file that opens with no network, the same bytes for the same outputs."""

from __future__ import annotations

import copy
import html
import json
import re
from pathlib import Path

import nbformat
import plotly.offline
from bs4 import BeautifulSoup, Tag
from nbconvert import HTMLExporter

from workbench.report.charts import drawn
from workbench.report.running.failure import Failure, without_colours
from workbench.simulator import SIMULATED

PLOTLY_TYPE = "application/vnd.plotly.v1+json"
# Not among them: widgets and scripts of a live notebook, which a page cannot show.
_SHOWN = (
    "text/html", "text/markdown", "text/plain", "text/latex", "image/svg+xml", "image/png", "image/jpeg",
)  # fmt: skip
NOTICE = "This report contains simulated models (sim/…): their answers, speeds and prices are made up."
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
# Whatever an output has in it, the page asks no server for anything. Plotly makes functions of texts.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; media-src data:; frame-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_STYLER = re.compile(r"\bT_[0-9a-f]{5,32}(?=[_\" {])")
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,16}\b")
# From a word's beginning only: tried from each of its letters, a long one would take hours.
_CELL_FILE = re.compile(r"(?<!\S)\S*[/\\]ipykernel_\d+[/\\]\d+\.py")
_LOADING = ("src", "srcset", "poster", "data", "background", "xlink:href")
_FOREIGN = re.compile(r"^\s*([a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_FOREIGN_STYLE = re.compile(r"@import[^;]*;?|url\(\s*+['\"]?\s*+(?:[a-z]+:)?//[^)]*\)?", re.IGNORECASE)


def page_of(
    document: nbformat.NotebookNode, *, title: str, failure: Failure | None = None, banner: str = ""
) -> str:
    """The page: outputs and prose without the code, plotly's script once, and nothing from elsewhere.

    Nothing in it is of the machine or the moment: ids are numbered, addresses in memory left out.

    Args:
        document: The executed notebook; it is left as it is.
        title: The page's title.
        failure: Why the notebook did not run to its end; shown at the top, with its traceback folded.
        banner: HTML of what a reader has to know first.
    """
    document = copy.deepcopy(document)
    simulated = f'<p class="notice">{html.escape(NOTICE)}</p>' if _simulated(document) else ""
    has_charts = _settle(document)
    rendered, _ = HTMLExporter(
        template_name="basic", exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True
    ).from_notebook_node(document)
    body = BeautifulSoup(rendered, features="html.parser")
    _without_foreign(body)
    script = f"<script>{plotly.offline.get_plotlyjs()}</script>\n" if has_charts else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{STYLE}</style>\n{script}</head>\n"
        f"<body>\n<main>\n{banner}{_alarm(failure)}{simulated}{_contents(body)}{body}\n</main>\n</body>\n</html>\n"
    )


def _simulated(document: nbformat.NotebookNode) -> bool:
    """Whether any output names a simulated model."""
    outputs = [output for cell in document.cells for output in cell.get("outputs", [])]
    return re.search(rf"\b{SIMULATED}/[a-z]", json.dumps(outputs)) is not None


def _settle(document: nbformat.NotebookNode) -> bool:
    """Leave only what a page can show by itself and what is the same each time; are there charts?"""
    document.metadata.pop("widgets", None)
    charts, tables = 0, dict[str, str]()
    for number, cell in enumerate(document.cells, 1):
        cell["id"] = f"cell-{number}"
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                _fold(output)
            if "text" in output:
                output["text"] = _steady(output["text"], tables)
            if "data" not in output:
                continue
            figure = output["data"].pop(PLOTLY_TYPE, None)
            data = {kind: output["data"][kind] for kind in _SHOWN if kind in output["data"]}
            if figure is not None:
                charts += 1
                data["text/html"] = drawn(figure, f"chart-{charts}")
            texts = {kind: _steady(text, tables) for kind, text in data.items() if kind.startswith("text/")}
            output["data"] = nbformat.from_dict(data | texts)
        if "outputs" in cell:
            cell["outputs"] = [output for output in cell["outputs"] if output.get("data") != {}]
    return charts > 0


def _fold(error: nbformat.NotebookNode) -> None:
    """Make a display of an error: what it is, and the traceback as plain text for those who open it."""
    name = f"{error.pop('ename')}: {error.pop('evalue')}"
    lines = without_colours("\n".join(error.pop("traceback")))
    folded = _details(name, lines)
    error.update(output_type="display_data", metadata={}, data={"text/html": folded, "text/plain": name})


def _steady(text: str, tables: dict[str, str]) -> str:
    """Text without what is another in each run: pandas' names of tables, addresses, files of cells."""
    text = _STYLER.sub(lambda found: tables.setdefault(found[0], f"T_{len(tables) + 1}"), text)
    return _CELL_FILE.sub("cell", _ADDRESS.sub("0x…", text))


def _details(summary: str, text: str) -> str:
    return (
        f'<details class="traceback"><summary>{html.escape(summary)}</summary>'
        f"<pre>{html.escape(text)}</pre></details>"
    )


def _alarm(failure: Failure | None) -> str:
    if failure is None:
        return ""
    words = html.escape(str(failure)[0].upper() + str(failure)[1:])
    told = _details("What Python said", failure.traceback) if failure.traceback else ""
    return f'<div class="failure"><p><b>This report is not complete.</b> {words}</p>{told}</div>\n'


def _contents(body: BeautifulSoup) -> str:
    """Links to the headings of the notebook's prose, where they are more than one or two."""
    headings = [tag for tag in body.select("h1[id], h2[id], h3[id]") if tag.select("a.anchor-link")]
    if len(headings) <= 2:
        return ""
    items = "".join(
        f'<li class="{tag.name}"><a href="#{html.escape(str(tag["id"]))}">'
        f"{html.escape(tag.get_text().removesuffix('¶'))}</a></li>"
        for tag in headings
    )
    return f"<nav><details><summary>Contents</summary><ul>{items}</ul></details></nav>\n"


def _without_foreign(body: BeautifulSoup) -> None:
    """Take out what would be loaded from elsewhere; of a picture its address stays, as a link."""
    for tag in body.select("link, base, meta"):
        tag.decompose()
    for tag in body.select("style"):
        tag.string = _FOREIGN_STYLE.sub("", tag.string or "")
    for tag in body.select("[style]"):
        tag["style"] = _FOREIGN_STYLE.sub("", str(tag["style"]))
    for tag in body.find_all(_loads):
        if tag.name == "img" and tag.get("src"):
            link = body.new_tag("a", href=str(tag["src"]))
            link.string = str(tag.get("alt") or tag["src"])
            tag.replace_with(link)
        else:
            tag.decompose()


def _loads(tag: Tag) -> bool:
    return any(_FOREIGN.match(str(tag.get(name, ""))) for name in _LOADING)
