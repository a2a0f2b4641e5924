"""What the simulator counts as a token, the same in every protocol."""

from __future__ import annotations

import re

# A word is cut every six characters, and the space before it belongs to its first piece: about 1.3 tokens
# for an English word, as with real tokenizers. Trailing space is a token of its own, so that nothing is lost.
_TOKEN = re.compile(r"\s*\S{1,6}|\s+")


def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text, in order; joined they are the text again. An empty text has none."""
    return tuple(_TOKEN.findall(text))
