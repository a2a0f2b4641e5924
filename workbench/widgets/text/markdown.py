"""What models write, from Markdown to a tree of nodes: the only way in which their words get a shape.

CommonMark with tables and strikethrough; HTML and math stay the text that they are, images become words.
Code in fences has spans of these classes for a style sheet: `hl-keyword`, `hl-string`, `hl-comment`,
`hl-number`, `hl-name`, `hl-operator`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from workbench.widgets.text.code_colours import highlighted

Node = str | list[Any]
"""A text, or `[tag, attributes, *children]`."""

_PLAIN = (
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "li", "blockquote", "hr", "pre", "code", "em", "strong",
    "s", "br", "table", "thead", "tbody", "tr", "ins", "del",
)  # fmt: skip
TAGS: dict[str, frozenset[str]] = dict.fromkeys(_PLAIN, frozenset[str]()) | {
    "a": frozenset({"href"}),
    "ol": frozenset({"start"}),
    "span": frozenset({"class"}),
    "td": frozenset({"align"}),
    "th": frozenset({"align"}),
}
"""Every tag that a node may have, with its attributes."""

DEEPEST = 40
MOST_BRACKETS = 300
LONGEST_URL = 200
SAFE_URL = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|$)")
# Blocks that blank lines do not end: fences, lists and indented code.
_LONG = re.compile(
    r"\s*^ {0,3}(?P<fence>`{3,}(?=[^`\n]*\n)|~{3,}(?=[^\n]*\n))"
    r"|\s*^(?: {4}|\t| {0,3}(?:[-+*]|\d{1,9}[.)])\s)",
    re.MULTILINE,
)
_AFTER_LIST = re.compile(r"\n\r?\n(?!\s|(?:[-+*]|\d{1,9}[.)])\s)")
_MATH = re.compile(
    r"\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\]"
    r"|\$\$[^$]{1,1000}\$\$|\$(?!\s)[^$\n]{1,300}(?<!\s)\$(?!\d)",
    re.DOTALL,
)


def render(text: str, start: int = 0, *, whole: bool) -> tuple[list[Node], int]:
    """The blocks of Markdown that can no longer change, each to be rendered once.

    Links lead to http, https and mailto; others become their text, images their description and address.
    A block that is nested deeper than `DEEPEST`, and a paragraph with more than `MOST_BRACKETS` brackets, are
    shown as they were written.

    Args:
        text: All that was written so far; later calls give it with more at the end.
        start: Where to begin: 0, or what the call before gave.
        whole: Whether the text has ended, so that every block is complete.

    Returns:
        The nodes of the complete blocks, and where in the text the rest begins.
    """
    if whole:
        return _nodes(text[start:]), len(text)
    if _goes_on(text, start):
        return [], start
    # Most blocks end with a blank line; the others are found out when one follows or the text has ended.
    end = max(text.rfind("\n\n", start) + 2, text.rfind("\n\r\n", start) + 3)
    piece = text[start:end]
    complete = piece[: _complete(piece)] if end > 2 else ""
    return _nodes(complete), start + len(complete)


def _goes_on(text: str, start: int) -> bool:
    """Whether a long block begins here and its end is not in sight: told without parsing it once more."""
    begin = _LONG.match(text, start)
    if begin is None:
        return False
    if fence := begin["fence"]:
        return not re.compile(rf"\n {{0,3}}{fence}{fence[0]}*[ \t]*\r?\n").search(text, begin.end())
    return not _AFTER_LIST.search(text, begin.end())


def _math(state: StateInline, silent: bool) -> bool:
    """Pass formulas on as they are: stars and backslashes mean something else in them."""
    found = _MATH.match(state.src, state.pos, state.posMax) if state.src[state.pos] in "\\$" else None
    if found is None:
        return False
    if not silent:
        state.append_pending(found[0])
    state.pos = found.end()
    return True


def _any_link(_: str) -> bool:
    return True  # which of them become links is decided when nodes are made


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": DEEPEST})
    # A definition that comes late would change what was rendered long before.
    parser.enable(["table", "strikethrough"]).disable("reference")
    parser.inline.ruler.before("escape", "math", _math)
    parser.validateLink = _any_link  # type: ignore[method-assign, assignment]
    return parser


_PARSER = _parser()


def _blocks(text: str) -> list[Token]:
    tokens: list[Token] = []
    text = re.sub(r"\r\n?", "\n", text).replace("\0", "\ufffd")
    _PARSER.block.parse(text, _PARSER, {}, tokens)
    return tokens


@lru_cache(maxsize=256)
def _complete(piece: str) -> int:
    """How much of a text that ends in a blank line can no longer change, whatever follows."""
    lines = _LINE.findall(piece)[:-1]
    tops = [token for token in _blocks(piece) if token.level == 0 and token.map]
    if not tops:
        return len(piece)
    last, (begin, end) = tops[-1], tops[-1].map or (0, 0)
    # A fence that is not closed has the blank line at the end as one of its own.
    growing = last.type in {"bullet_list_open", "ordered_list_open", "code_block"} or end == len(lines)
    return len("".join(lines[:begin])) if growing else len(piece)


def _nodes(text: str) -> list[Node]:
    lines = _LINE.findall(text)
    nodes: list[Node] = []
    for block in _tops(_blocks(text)):
        if max(token.level for token in block) < DEEPEST - 1:
            nodes += _tree(block)
        else:  # the parser leaves out what lies deeper
            begin, end = block[0].map or (0, 0)
            nodes.append(["pre", {}, "".join(lines[begin:end]).rstrip()])
    return nodes


def _tops(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The tokens of each block that lies in no other."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _tree(tokens: Sequence[Token]) -> list[Node]:
    stack: list[list[Any]] = [[]]
    for token in tokens:
        if token.hidden:  # the paragraphs of a list without blank lines
            continue
        if token.nesting > 0:
            node: list[Any] = [token.tag, _attributes(token)]
            stack[-1].append(node)
            stack.append(node)
        elif token.nesting < 0:
            node = stack.pop()
            if node[0] == "a" and not SAFE_URL.match(node[1]["href"]):
                stack[-1][-1:] = []
                _extend(stack[-1], node[2:])
        else:
            _extend(stack[-1], _leaf(token))
    return stack[0]


def _extend(nodes: list[Any], more: Iterable[Node]) -> None:
    """Add nodes; texts that meet become one."""
    for node in more:
        if isinstance(node, str) and nodes and isinstance(nodes[-1], str):
            nodes[-1] += node
        elif node:
            nodes.append(node)


def _attributes(token: Token) -> dict[str, str]:
    found = {name: str(value) for name, value in token.attrs.items() if name in {"href", "start"}}
    if "style" in token.attrs:
        found["align"] = str(token.attrs["style"]).removeprefix("text-align:")
    return found


def _leaf(token: Token) -> list[Node]:
    match token.type:
        case "inline":
            return _words(token.content)
        case "fence" | "code_block":
            return [["pre", {}, ["code", {}, *highlighted(token.content, token.info)]]]
        case "code_inline":
            return [["code", {}, token.content]]
        case "hardbreak" | "hr":
            return [[token.tag, {}]]
        case "image":
            return [_image(token)]
    return ["\n" if token.type == "softbreak" else token.content]


def _words(content: str) -> list[Node]:
    if content.count("[") > MOST_BRACKETS:  # the parser's time grows with their square
        return [content]
    children: list[Token] = []
    _PARSER.inline.parse(content, _PARSER, {}, children)
    return _tree(children)


def _image(token: Token) -> str:
    url = str(token.attrs["src"])
    shown = url if len(url) <= LONGEST_URL else f"{url[:LONGEST_URL]}…"
    return f"{token.content} [{shown}]".lstrip()
