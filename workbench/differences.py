"""What one answer says otherwise than another, word by word: as nodes, `[tag, attributes, *children]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rapidfuzz.distance import Indel

Node = str | list[Any]
# The time grows with the product of both lengths: 10,000 words on each side take hundredths of a second.
MOST_WORDS = 10_000
_WORDS = re.compile(r"\S+\s*|\s+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def differences(text: str, reference: str) -> list[Node]:
    """A text with what a reference has in its place.

    Words are compared without the white space after them, so that another line break is no difference. Where
    one of the texts has more than `MOST_WORDS` words, whole lines are compared; where it has more lines than
    that, the texts as a whole.

    Args:
        text: What is read.
        reference: What it is held against.

    Returns:
        Texts that both have, as `text` writes them; `["del", {}, words]` that only the reference has, and
        `["ins", {}, words]` that only the text has. Without the `del` nodes it is the text.
    """
    nodes: list[Node] = []
    steps = _steps(*_pieces(text, reference.rstrip()))
    for same, run in groupby(steps, key=lambda step: step[0] == ""):
        pieces = list(run)
        if same:
            nodes.append("".join(piece for _, piece in pieces))
        else:
            joined = {tag: "".join(p for kind, p in pieces if kind == tag) for tag in ("del", "ins")}
            nodes += [[tag, {}, words] for tag, words in joined.items() if words]
    return nodes


def _pieces(text: str, reference: str) -> tuple[list[str], list[str]]:
    for unit in (_WORDS, _LINES):
        pieces = unit.findall(text), unit.findall(reference)
        if max(map(len, pieces)) <= MOST_WORDS:
            return pieces
    return [text], [reference]


def _steps(text: list[str], reference: list[str]) -> Iterator[tuple[str, str]]:
    """Each piece with `ins`, `del` or nothing, in the order in which they are read."""
    opcodes = Indel.opcodes([piece.strip() for piece in reference], [piece.strip() for piece in text])
    for step in opcodes:
        old = reference[step.src_start : step.src_end]
        new = text[step.dest_start : step.dest_end]
        if step.tag == "equal":
            yield from (("", piece) for piece in new)
            if not new[-1][-1].isspace():  # the text ends here, the reference may go on
                yield "del", old[-1][len(old[-1].rstrip()) :]
        else:
            yield from (("del", piece) for piece in old)
            yield from (("ins", piece) for piece in new)
