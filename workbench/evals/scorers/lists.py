"""Several things at once: the members of a list, in any order or in theirs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Literal

from workbench.client.json_in_text import json_in
from workbench.errors import ConfigError, DataError
from workbench.evals.scorers.reading import NUMBER, fold_text, number_in, number_label, stated_passages
from workbench.evals.scorers.scorer import Score, Scorer
from workbench.evals.scorers.targets import by_target, the_one
from workbench.evals.scorers.wording import label_of, shown, unreadable

Graded = Literal["jaccard", "f1"]

_BULLET = re.compile(r"[ \t]*(?:[-*+•–]|\(?\d{1,3}[.)])[ \t]+(?P<item>[^\n]*)")
_LEAD_IN = re.compile(r"[^,;:\n]*:(?=\s)")
_AND = re.compile(r"\s(?:and|or|&)\s")


def members(*, ordered: bool = False, graded: Graded | None = None, name: str | None = None) -> Scorer:
    """1 where the answer lists the members that the target lists, and no others; else 0.

    How lists are read is written at `read_members`. A member is folded as `exact` folds, and numbers are the
    same however they are written. An answer without any scores 0 with label `None`.

    Args:
        ordered: Whether their order counts, and how often each is there.
        graded: What they share instead of right or wrong, in [0, 1]: `jaccard`, those in both of those in
            either; `f1`, twice those in both of the lengths of both together.
        name: The scorer's; else `members`, or `ordered_members`.

    Raises:
        ConfigError: `graded` is another one, or given for members in order.
    """
    if graded not in (None, "jaccard", "f1"):
        raise ConfigError(f"graded is {graded!r}: write 'jaccard' or 'f1', or leave it out")
    if ordered and graded:
        raise ConfigError(f"graded is {graded!r}, which does not look at the order: leave out one of the two")
    kind = "ordered_members" if ordered else "members"
    compare = partial(_compare, ordered=ordered, graded=graded)
    return by_target(name or kind, compare, targets=the_one, kind=kind, graded=graded)


def read_members(text: str) -> tuple[str, ...]:
    r"""The members of the list in a text, folded; empty where there are none.

    The first of these that the text has:

    1. a JSON list, the last one in it; between other words one with two members or more;
    2. lines with bullets or numbers in front;
    3. what stands in `\boxed{…}` or on the line of the last "answer is", else the whole: parted at line ends,
       else at semicolons, else at commas and the last "and". Words up to a colon in front are left out.
    """
    lists = [piece for piece in json_in(text) if isinstance(piece.value, list)]
    # One thing in brackets is a footnote.
    if listed := [piece.value for piece in lists if piece.set_off or len(piece.value) > 1]:
        return _folded(each if isinstance(each, str) else json.dumps(each) for each in listed[-1])
    if bullets := [found["item"] for line in text.splitlines() if (found := _BULLET.fullmatch(line))]:
        return _folded(bullets)
    stated = next((passage.strip(" ") for passage in stated_passages(text) if passage.strip()), None)
    stated = text if stated is None else stated.partition("\n")[0].strip() or stated
    stated = stated.strip()
    if lead_in := _LEAD_IN.match(stated):
        stated = stated[lead_in.end() :]
    return _folded(_parts(fold_text(stated)))


def _parts(text: str) -> Sequence[str]:
    for mark in ("\n", ";"):
        if mark in text:
            return text.split(mark)
    *parts, last = text.split(",")
    last = last.strip()
    return [*parts, *_AND.split(f" {last}" if parts else last)]


def _folded(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(folded for part in parts if (folded := _member(part)))


def _member(part: str) -> str:
    folded = fold_text(part)
    # What is all number is the number: 3.0 is 3.
    number = NUMBER.fullmatch(folded)
    value = None if number is None else number_in(number)
    return folded if value is None else number_label(value)


def _compare(text: str, target: str, *, ordered: bool, graded: Graded | None) -> Score:
    wanted, read = read_members(target), read_members(text)
    if not wanted:
        kind = "ordered_members" if ordered else "members"
        raise DataError(f"the target {target!r} lists nothing for the scorer {kind!r}: write 'red, blue'")
    if not read:
        return unreadable()
    if ordered:
        right, value = read == wanted, float(read == wanted)
    else:
        wanted, read = (tuple(sorted(set(members))) for members in (wanted, read))
        right, value = read == wanted, _shared(set(read), set(wanted), graded)
    label = label_of(", ".join(read))
    said = "as wanted" if right else _difference(read, wanted)
    return Score(value=value, label=label, explanation=f"read {shown(label)}, {said}")


def _shared(read: set[str], wanted: set[str], graded: Graded | None) -> float:
    if graded is None:
        return float(read == wanted)
    both = len(read & wanted)
    return both / len(read | wanted) if graded == "jaccard" else 2 * both / (len(read) + len(wanted))


def _difference(read: Sequence[str], wanted: Sequence[str]) -> str:
    missing, more = Counter(wanted) - Counter(read), Counter(read) - Counter(wanted)
    said = [
        f"{what} {', '.join(map(shown, list(members)[:5]))}{', …' if len(members) > 5 else ''}"
        for what, members in (("missing", missing), ("not wanted", more))
        if members
    ]
    return "; ".join(said) or f"wanted in the order {shown(', '.join(wanted))}"
