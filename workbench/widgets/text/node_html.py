"""Nodes as HTML for outputs and saved notebooks, where no script and no style sheet of ours runs."""

from __future__ import annotations

import html
from collections.abc import Iterable

from workbench.readable import readable
from workbench.widgets.text.markdown import SAFE_URL, TAGS, Node

_REL = "noopener noreferrer nofollow"
_SIZES = {"h1": "1.3em", "h2": "1.2em", "h3": "1.1em", "h4": "1em", "h5": "1em", "h6": "1em"}
_STYLES = {
    "pre": "margin:.5em 0 1em;border-left:2px solid;padding-left:.8em;white-space:pre-wrap;"
    "overflow-wrap:anywhere",
    "table": "border-collapse:collapse",
    "hl-keyword": "font-weight:bold",
    "hl-comment": "font-style:italic;opacity:.7",
}


def html_of(nodes: Iterable[Node]) -> str:
    """Nodes as HTML that needs no style sheet: every text escaped, every tag one of `markdown.TAGS`.

    Headings are bold paragraphs: the contents of a notebook are not the model's to write.
    """
    return "".join(escaped(node) if isinstance(node, str) else _element(*node) for node in nodes)


def escaped(text: str) -> str:
    """A text for HTML; control characters by their pictures, half a surrogate pair by U+FFFD."""
    return html.escape(readable(text))


def _element(tag: str, attributes: dict[str, str], *children: Node) -> str:
    inner = html_of(children)
    written = _written(tag, attributes)
    if tag not in TAGS or (tag in {"a", "span"} and not written):
        return inner
    if tag in _SIZES:
        return f'<p style="font-size:{_SIZES[tag]}"><strong>{inner}</strong></p>'
    return f"<{tag}>" if tag in {"br", "hr"} else f"<{tag}{written}>{inner}</{tag}>"


def _written(tag: str, attributes: dict[str, str]) -> str:
    match tag:
        case "a":
            url = attributes["href"]
            return f' href="{escaped(url)}" target="_blank" rel="{_REL}"' if SAFE_URL.match(url) else ""
        case "ol":
            return f' start="{escaped(attributes["start"])}"' if "start" in attributes else ""
        case "td" | "th":  # said outright, because JupyterLab aligns the cells of outputs to the right
            return f' style="text-align:{escaped(attributes.get("align", "left"))}"'
        case _:
            style = _STYLES.get(attributes.get("class", tag), "")
            return f' style="{style}"' if style else ""
