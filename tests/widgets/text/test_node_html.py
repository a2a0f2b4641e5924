"""Nodes as HTML."""

from __future__ import annotations

from workbench.widgets.text.markdown import TAGS, Node, render
from workbench.widgets.text.node_html import escaped, html_of


def test_html_of_escapes_texts_and_keeps_to_the_tags_that_nodes_may_have() -> None:
    nodes: list[Node] = [
        ["p", {"onclick": "x"}, "<b>&", ["script", {}, "a"], ["a", {"href": "javascript:x"}, "b"]],
        ["a", {"href": 'http://x.y/"><b>'}, "c"],
        ["td", {"align": '"><b>'}, "d"],
    ]
    html = html_of(nodes)
    assert html.startswith("<p>&lt;b&gt;&amp;ab</p><a href=")
    assert "<b>" not in html
    assert "onclick" not in html
    assert "script" not in TAGS


def test_headings_of_models_are_no_headings_of_the_notebook() -> None:
    html = html_of(render("# A\n\n###### B", whole=True)[0])
    assert "<h" not in html
    assert "<strong>A</strong>" in html
    assert "<strong>B</strong>" in html


def test_characters_that_cannot_be_seen_or_sent_are_replaced() -> None:
    assert escaped("a\x00\x1b[31m\ud83d\tb\n") == "a␀␛[31m\ufffd\tb\n"
    assert escaped("🙂 é") == "🙂 é"
