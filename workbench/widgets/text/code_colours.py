"""Code in colours: spans whose classes a style sheet knows."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Any

from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String

LONGEST_CODE = 8_000
# Rarer lexers have had expressions that never end on hostile code (CVE-2021-27291, CVE-2022-40896).
LANGUAGES = frozenset({
    "bash", "c", "c#", "c++", "console", "cpp", "csharp", "css", "diff", "docker", "dockerfile", "go",
    "golang", "html", "java", "javascript", "js", "json", "jsx", "kotlin", "latex", "lua", "markdown",
    "md", "php", "powershell", "py", "python", "python3", "r", "rb", "rs", "ruby", "rust", "scala", "sh",
    "shell", "sql", "swift", "tex", "toml", "ts", "tsx", "typescript", "xml", "yaml", "yml", "zsh",
})  # fmt: skip
# Their own lexers take seconds for a few thousand hostile characters; this one has their words.
STAND_INS = dict.fromkeys(("c#", "csharp", "java"), "javascript")
CLASSES = {
    Keyword: "hl-keyword",
    String: "hl-string",
    Comment: "hl-comment",
    Number: "hl-number",
    Name.Function: "hl-name",
    Name.Class: "hl-name",
    Name.Builtin: "hl-name",
    Name.Decorator: "hl-name",
    Name.Tag: "hl-name",
    Name.Attribute: "hl-name",
    Operator: "hl-operator",
}


def highlighted(code: str, language: str) -> list[Any]:
    """Code as texts and spans, which together are the code.

    Args:
        code: Beyond `LONGEST_CODE` characters it stays one text.
        language: The words after the fence, the first of them one of `LANGUAGES`; others leave one text.
    """
    name = language.strip().partition(" ")[0].lower()
    if name not in LANGUAGES or len(code) > LONGEST_CODE:
        return [code]
    pairs = list(lex(code, _lexer(name)))
    if "".join(value for _, value in pairs) != code:  # lexers take some characters away
        return [code]
    spans = groupby(pairs, key=lambda pair: _class_of(pair[0]))
    texts = ((kind, "".join(value for _, value in run)) for kind, run in spans)
    return [["span", {"class": kind}, text] if kind else text for kind, text in texts]


@lru_cache(maxsize=64)
def _lexer(name: str) -> Any:
    return get_lexer_by_name(STAND_INS.get(name, name), stripnl=False, ensurenl=False)


def _class_of(kind: Any) -> str:
    while kind.parent is not None:
        if kind in CLASSES:
            return CLASSES[kind]
        kind = kind.parent
    return ""
