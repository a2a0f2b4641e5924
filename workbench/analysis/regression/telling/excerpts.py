"""As much of two answers as shows where they begin to differ."""

from __future__ import annotations

from rapidfuzz.distance import Prefix

LONGEST = 400
BEFORE = 80
CUT = "…"


def excerpts(old: str | None, new: str | None, *, longest: int = LONGEST) -> tuple[str | None, str | None]:
    """Both answers, each of at most `longest` characters and the marks of what is cut.

    Long ones begin a little before the first character in which they differ, at the same place in both, at
    the start of a word where there is one near. Those that are short enough stay whole.

    Args:
        old: An answer; `None` where there is none.
        new: Another.
        longest: At least `BEFORE`.
    """
    start = 0
    if old is not None and new is not None and max(len(old), len(new)) > longest:
        start = max(0, Prefix.similarity(old, new) - BEFORE)
        # Both are the same up to here, so that the next word begins at the same place too.
        space = old.find(" ", start, start + BEFORE // 2)
        start = space + 1 if start and space >= 0 else start
    return _cut(old, start, longest), _cut(new, start, longest)


def _cut(text: str | None, start: int, longest: int) -> str | None:
    if text is None:
        return None
    end = start + longest
    return f"{CUT if start else ''}{text[start:end]}{CUT if end < len(text) else ''}"
