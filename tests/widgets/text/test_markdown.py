"""Markdown as a tree of nodes, whole and in pieces."""

from __future__ import annotations

import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.widgets.text.code_colours import CLASSES
from workbench.widgets.text.markdown import Node, render

BITS = (
    "word", " ", "  ", "    ", "\t", "\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\r", "\n \n", "\n\n", "\n",
    "# ", "## ", "\n===\n", "\n---\n", "***\n", "- ", "* ", "+ ", "1. ", "12) ", "> ", ">", "```", "```py\n",
    "\n```\n", "````", "~~~\n", "    ", "| a | b |\n", "|---|:-:|\n", "|", "*", "**", "_", "~~", "`", "[",
    "]", "(http://x.y)", "](u)", "![", "[a]: http://x\n", "[a]", "<b>", "<http://a.b>", "</div>", "<!--",
    "-->", "&amp;", "\\", "\\(", "\\)", "$", "$$", "é", "🙂", "\u2028", "\x0b", "\x0c", "\x00",
    "def f(): 'x' # y\n",
)  # fmt: skip


def whole(text: str) -> list[Node]:
    nodes, end = render(text, whole=True)
    assert end == len(text)
    return nodes


def words(nodes: list[Node]) -> str:
    return "".join(node if isinstance(node, str) else words(node[2:]) for node in nodes)


@settings(deadline=None, max_examples=400)
@given(
    bits=st.lists(st.sampled_from(BITS), max_size=40),
    cuts=st.lists(st.integers(0, 200), min_size=1, max_size=12),
)
@example(bits=["- ", "a", "\n\n", "    ", "b", "\n\n", "c"], cuts=[3, 4, 5, 9, 10, 11])
@example(bits=["```\n", "x", "\n\n", "y", "\n```", "\n\n", "z"], cuts=[6, 7, 12, 13])
@example(bits=["a\r\n\r", "\n", "b"], cuts=[3, 4, 5])
@example(bits=["> " * 30, "a\n\n", "1. " * 60, "b\n\n", "c"], cuts=[62, 63, 100, 245, 246])
def test_a_text_in_pieces_gives_the_nodes_of_the_whole_text(bits: list[str], cuts: list[int]) -> None:
    text, nodes, start = "".join(bits), [], 0
    for cut in sorted(cuts):
        more, start = render(text[:cut], start, whole=False)
        nodes += more
        assert start <= min(cut, len(text))
    more, start = render(text, start, whole=True)
    assert nodes + more == whole(text)
    assert start == len(text)


def test_blocks_come_as_soon_as_nothing_can_change_them() -> None:
    text = "# A\npara\n\n- one\n\n- two\n\nafter\n\n```py\nx\n\ny\n```\nlast"
    ends = {cut: render(text[:cut], whole=False)[1] for cut in range(len(text) + 1)}

    def rest(upto: str) -> str:
        cut = text.index(upto) + len(upto)
        return text[ends[cut] : cut]

    assert rest("para\n") == "# A\npara\n"
    assert rest("para\n\n") == ""
    assert rest("- two\n\n") == "- one\n\n- two\n\n"
    assert rest("after\n\n") == ""
    assert rest("\n\ny\n") == "```py\nx\n\ny\n"


def test_a_long_answer_is_not_parsed_again_and_again() -> None:
    item = "1. **Step** with `code` and some words.\n\n"
    code = "```python\n" + "x = 1\n\n" * 3_000 + "```\n\n"
    text = item * 1_000 + "After.\n\n" + code + "Paragraph.\n\n" * 1_000
    before, start, nodes = time.process_time(), 0, 0
    for cut in range(0, len(text), 10):
        more, start = render(text[:cut], start, whole=False)
        nodes += len(more)
    assert nodes > 900
    # 7,000 calls; a parse of the list or the code at each of those within them would take minutes.
    assert time.process_time() - before < 30


def test_markdown_becomes_nodes() -> None:
    text = "## Hi *you*\n\n1. a\n2. `b`\n\n| a | b |\n|--|--:|\n| 1 | ~~2~~ |\n\nx  \ny\nz **w**\n***\n> q"
    assert whole(text) == [
        ["h2", {}, "Hi ", ["em", {}, "you"]],
        ["ol", {}, ["li", {}, "a"], ["li", {}, ["code", {}, "b"]]],
        [
            "table",
            {},
            ["thead", {}, ["tr", {}, ["th", {}, "a"], ["th", {"align": "right"}, "b"]]],
            ["tbody", {}, ["tr", {}, ["td", {}, "1"], ["td", {"align": "right"}, ["s", {}, "2"]]]],
        ],
        ["p", {}, "x", ["br", {}], "y\nz ", ["strong", {}, "w"]],
        ["hr", {}],
        ["blockquote", {}, ["p", {}, "q"]],
    ]
    assert whole("3. a") == [["ol", {"start": "3"}, ["li", {}, "a"]]]
    assert whole("") == []


def test_only_web_and_mail_addresses_are_links() -> None:
    def of(text: str) -> list[Node]:
        ((tag, _, *children),) = whole(text)
        assert tag == "p"
        return children

    assert of("[a](https://x.y/z) <mailto:a@b.c>") == [
        ["a", {"href": "https://x.y/z"}, "a"],
        " ",
        ["a", {"href": "mailto:a@b.c"}, "mailto:a@b.c"],
    ]
    for target in (
        "javascript:x",
        "JaVaScript:x",
        "data:text/html,x",
        "/local",
        "#part",
        "//x.y",
        "ftp://x.y",
    ):
        assert of(f"see [*a* b]({target}) there") == ["see ", ["em", {}, "a"], " b there"]
    assert of("[a][1]\n[1]: http://x.y") == ["[a][1]\n[1]: http://x.y"]


def test_images_become_their_description_and_address() -> None:
    assert whole("![a cat](http://x.y/c.png)!") == [["p", {}, "a cat [http://x.y/c.png]!"]]
    assert whole("![](data:image/png;base64,xx)") == [["p", {}, "[data:image/png;base64,xx]"]]
    assert len(words(whole(f"![a](http://x.y/{'z' * 9_999})"))) < 250


def test_html_and_math_stay_text() -> None:
    for text in ("<b>x</b> <img src=x>", r"\(a_1*b*c\) and \[x*y*\]", "$a*b*c$ $$\nx*y*z\n$$"):
        assert whole(text) == [["p", {}, text]]
    assert whole("$5 for *a* and $6") == [["p", {}, "$5 for ", ["em", {}, "a"], " and $6"]]


def test_code_in_a_fence_is_coloured_and_stays_the_same_code() -> None:
    code = "\ndef f(x):\n    return 'a' + 1  # c\n\n"
    (pre,) = whole(f"```python\n{code}```")
    assert words([pre]) == code
    spans = [node for node in pre[2][2:] if isinstance(node, list)]
    assert ["span", {"class": "hl-keyword"}, "def"] in spans
    assert {node[1]["class"] for node in spans} == set(CLASSES.values())


def test_what_is_nested_too_deep_is_shown_as_it_was_written() -> None:
    for text in ("> " * 100 + "deep", "1. " * 100 + "deep", "[" * 1_000):
        assert words(whole(text)) == text
