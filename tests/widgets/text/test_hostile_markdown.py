"""What a hostile model writes, rendered: nodes and HTML that are ours, and its words as text."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from widgets.payloads import BOMBS, LINKS, MARKUP, PAYLOADS, read

from workbench.differences import differences
from workbench.widgets.text.markdown import TAGS, Node, render
from workbench.widgets.text.node_html import html_of


def elements(nodes: list[Node]) -> Iterator[tuple[str, dict[str, str]]]:
    for node in nodes:
        if not isinstance(node, str):
            yield node[0], node[1]
            yield from elements(node[2:])


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_it_becomes_nothing_but_allowed_nodes_and_html_in_little_time(payload: str) -> None:
    before = time.process_time()
    nodes, _ = render(payload, whole=True)
    html = html_of(nodes)
    assert time.process_time() - before < 5
    json.dumps(nodes)
    for tag, attributes in elements(nodes):
        assert attributes.keys() <= TAGS[tag]
        assert attributes.get("href", "https:").lower().startswith(("http:", "https:", "mailto:"))
    assert read(html).strange == []


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_one_held_against_another_is_text_too(payload: str) -> None:
    assert read(html_of(differences(payload, "other <b>words</b>"))).strange == []


@pytest.mark.parametrize("payload", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_that_streams_is_not_slow_either(payload: str) -> None:
    payload = payload.replace("x", "\n\n") + "\n\nafter"
    before, start = time.process_time(), 0
    for cut in range(0, len(payload), len(payload) // 50):
        start = render(payload[:cut], start, whole=False)[1]
    render(payload, start, whole=True)
    assert time.process_time() - before < 10


def test_markup_is_shown_word_for_word() -> None:
    for payload in ("<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>"):
        assert payload in MARKUP
        assert read(html_of(render(payload, whole=True)[0])).text == payload


def test_no_address_that_runs_a_script_is_one() -> None:
    for payload in LINKS:
        for tag, attributes in elements(render(payload, whole=True)[0]):
            assert tag != "a" or attributes["href"].startswith("https://good.test/"), payload
