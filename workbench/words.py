"""Words in scripts that are written without spaces."""

from __future__ import annotations

# Thai to Lao, Khmer, kana and Han are written without spaces: there each character counts as a word.
UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""The letters of such scripts, as the inside of a class of characters in a pattern."""
