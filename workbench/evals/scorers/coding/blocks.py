"""The code in what a model wrote."""

from __future__ import annotations

import re

_OPENS = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})\s*(?P<language>[^\s`{]*)[^`]*")
_PYTHON = ("python", "python3", "py", "py3", "pycon", "ipython")


def blocks_of(text: str) -> list[str]:
    """The blocks of code in a text: fenced ones that say that they are Python, else those that say nothing.

    Where no fence is, the whole is one; there is none where all fenced ones are of another language, or the
    text is empty. A fence that is not closed goes on to the end.
    """
    blocks: list[tuple[str, str]] = []
    fence, language, lines = "", "", list[str]()
    for line in text.splitlines():
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                blocks.append((language, "\n".join(lines)))
                fence = ""
            else:
                lines.append(line)
        elif opened := _OPENS.fullmatch(line):
            fence, language, lines = opened["fence"], opened["language"].casefold(), []
    if fence:
        blocks.append((language, "\n".join(lines)))
    if not blocks:
        return [text] if text.strip() else []
    named = [code for language, code in blocks if language in _PYTHON]
    return [code for code in named or [code for language, code in blocks if not language] if code.strip()]
