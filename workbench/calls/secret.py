"""A key that does not show itself."""

from __future__ import annotations

from functools import lru_cache

import orjson

SHORTEST_KEY = 8


class Secret:
    """A key that does not show itself: `str`, `repr` and pickles give stars; `reveal()` gives the key."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself; called where a header is written and where text is redacted, nowhere else."""
        return self._value

    def redact(self, text: str) -> str:
        """The text with stars in place of the key, be it written plainly or inside JSON.

        A key of fewer than 8 characters stays where it is: it is a placeholder such as `none`, and part of
        other words.
        """
        if len(self._value) < SHORTEST_KEY:
            return text
        for written in _ways_to_write(self._value):
            text = text.replace(written, "***")
        return text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return (Secret, ("***",))


@lru_cache(maxsize=64)
def _ways_to_write(key: str) -> tuple[str, ...]:
    quoted = orjson.dumps(key).decode()[1:-1]
    # Some servers write a slash as `\/` in JSON.
    return tuple(dict.fromkeys((key, quoted, quoted.replace("/", "\\/"))))
