"""JSON in what a model wrote: the whole of it, in a fence, or between other words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_BEGINNING = re.compile(r"[{\[]")
# So many characters in vain for each of the text: a bracket that opens nothing is read to where that is seen,
# and a hundred thousand of them in each other would take minutes.
_PATIENCE = 20
_EACH = 100  # what beginning in vain costs by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of JSON: how it is written, what it is, and whether it is the text or stands in a fence."""

    text: str
    value: Any
    set_off: bool


def json_in(text: str) -> Iterator[Piece]:
    """The JSON in a text, the likeliest to be meant first.

    That is the text, where it is JSON; else what is fenced, and then objects and lists in the order in which
    they stand there, those in fences once more.
    """
    whole = text.strip()
    if piece := _piece(whole):
        yield piece
        return
    for inner in _fenced(text):
        if piece := _piece(inner):
            yield piece
    decoder, at, patience = json.JSONDecoder(), 0, _PATIENCE * len(text) + 10_000
    while patience > 0 and (beginning := _BEGINNING.search(text, at)):
        start = beginning.start()
        try:
            value, at = decoder.raw_decode(text, start)
        except json.JSONDecodeError as exc:
            at, patience = start + 1, patience - (exc.pos - start) - _EACH
        except ValueError:  # a number of too many digits
            at = start + 1
        except RecursionError:
            return
        else:
            yield Piece(text=text[start:at], value=value, set_off=False)


def _fenced(text: str) -> Iterator[str]:
    inside: list[str] | None = None
    for line in text.split("\n"):
        if inside is None:
            # One that is closed on its line is no block.
            inside = [] if line.count("```") % 2 else None
        elif line.lstrip().startswith("```"):
            yield "\n".join(inside)
            inside = None
        else:
            inside.append(line)


def _piece(text: str) -> Piece | None:
    try:
        return Piece(text=text, value=json.loads(text), set_off=True)
    except (ValueError, RecursionError):
        return None
