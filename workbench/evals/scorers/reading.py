"""Reading the answer out of what a model wrote: a folded text, a number, or the letter of a choice.

Pure functions of the text. Scorers compare what they give with the target, agreement compares it between
models.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

# Models that loop write a hundred thousand of one character: no pattern here may take quadratic time on that.
_FENCE = re.compile(r"```[^\n`]*\n(?P<inner>(?:(?!```).)*)```", re.DOTALL)
_EMPHASIS = re.compile(
    r"(?P<mark>\*{1,3}|_{1,3}|`{1,3}|~~)(?P<inner>(?:(?!(?P=mark)).)+)(?P=mark)", re.DOTALL
)
_QUOTES = [re.compile(f"{a}(?P<inner>[^{a}{b}]+){b}") for a, b in ('""', "''", "“”", "‘’", "«»", "„“", "„”")]
_WRAPPINGS = (_FENCE, _EMPHASIS, *_QUOTES)
_OPENINGS = frozenset("`*_~\"'“‘«„")  # what those begin with

_BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_ANSWER = r"(?i:\banswer\b[*_\s]*(?:is|=|:)[*_\s:]*)"

_MINUS = str.maketrans({**dict.fromkeys("−–‐‑﹣－", "-"), **dict.fromkeys("\u00a0\u2009\u202f\u2007", " ")})
_LATEX_GAP = re.compile(r"\{,\}|\\[,!]")
_LATEX_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_TIMES_TEN = re.compile(r" ?(?:×|\\times|\\cdot|\*|x) ?10 ?\^ ?\{?\(?([-+]?\d+)\)?\}?")
_DIGITS = r"(?:\d{1,3}(?P<gap>[ ,'’_])\d{3}(?:(?P=gap)\d{3})*(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
NUMBER = re.compile(
    # Digits that end a word are no number: the 2 of CO2.
    rf"(?<![^\W_])(?P<sign>[-+]?)[$€£¥]?(?P<digits>{_DIGITS})(?P<power>[eE][-+]?\d+)?"
    r"(?:\s?/\s?(?P<below>\d+))?"
)

# A capital I that a word follows is most likely a word itself; behind a comma a capital A too.
_LETTER = r"(?:[A-HJ](?!\w|['’]\w)|I(?!\w|['’]|\s+\w)|[a-j](?=[^\w\s'’]|\s*$))"
_NEXT_LETTER = r"(?:[B-HJ](?!\w|['’]\w)|[AI](?!\w|['’]|\s+\w))"
_BETWEEN = r"[)\]*_`]*\s*(?:[,/&]|or\b|and\b)(?:\s*(?:or|and)\b)?\s*[*_`(\[]*"
_LETTERS = rf"(?P<letters>{_LETTER}(?:{_BETWEEN}{_NEXT_LETTER}){{0,9}})"
_DRESS = r"*_`\"'“‘(\[{$\\"
_OPENING, _LINE_OPENING = rf"[\s{_DRESS}]*", rf"[ {_DRESS}]*"
_STATED_LETTERS = (
    re.compile(rf"\\boxed\s*\{{\s*(?:\\text\w*\s*\{{)?\s*\(?{_LETTERS}", re.MULTILINE),
    re.compile(rf"{_ANSWER}(?i:option|choice|letter)?{_OPENING}{_LETTERS}", re.MULTILINE),
)
_SHOWN_LETTERS = (
    re.compile(
        rf"^[>•-]?{_LINE_OPENING}{_LETTERS}(?:\.(?!\w)|[)\]:,;*_`\"'”’$}}]|\s+[-–—]\s|\s*$)", re.MULTILINE
    ),
    re.compile(r"\((?P<letters>[A-Ja-j])\)"),
    re.compile(r"(?P<mark>[*_`]{1,3})\(?(?P<letters>[A-Ja-j])\)?(?P=mark)"),
    re.compile(r"(?i:\b(?:option|choice|letter))\s+[*_`\"'(]*(?P<letters>[A-J])(?!\w|['’]\w)"),
    re.compile(rf"(?:^|\s){_LETTERS}\W*\Z"),
)
_ONE_LETTER = re.compile(r"(?<![^\W_])[A-Ja-j](?![^\W_])")

MOST_WRAPPINGS = 8  # an answer that goes round in circles has thousands, and each takes a pass


def fold_text(text: str, *, ignore_case: bool = True) -> str:
    """The text without what does not change an answer; empty where nothing is left.

    Folded are, up to eight times around the whole: white space, quotes, a full stop at the end,
    Markdown emphasis and code fences; then Unicode's compatibility forms (NFKC, so that a ligature or a
    full-width letter is the plain one) and, unless it counts, letter case. The inside is left alone: spaces
    and punctuation count.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    for _ in range(MOST_WRAPPINGS):
        before, text = text, _unwrapped(text)
        if text == before:
            break
    return text.casefold() if ignore_case else text


def _unwrapped(text: str) -> str:
    for wrapping in _WRAPPINGS if text[:1] in _OPENINGS else ():
        if found := wrapping.fullmatch(text):
            return found["inner"].strip()
    # One full stop at the end of something; an ellipsis says more than that.
    stopped = len(text) > 1 and text.endswith(".") and not text.endswith("..")
    return text.removesuffix(".").strip() if stopped else text.strip()


def read_number(text: str) -> Decimal | None:
    r"""The number that a text gives as its answer; `None` where it gives none.

    Looked for in this order:

    1. in the last `\boxed{…}`, or else after the last "answer is", "answer:", "answer =": behind the last
       equals sign of the first line there that has a number, remarks in parentheses left out;
    2. in a first line that holds a single number and no word;
    3. as the last number of the text.

    Read are thousands separated by commas, spaces, apostrophes or underscores, a minus sign of any kind,
    `1e3` and `1 × 10^3`, fractions (`3/4`). A currency before and a unit or per cent sign behind are left
    out: "12 %" is 12, not 0.12. A comma is no decimal sign: "0,5" is two numbers. Not read are numbers in
    words and those beyond the range of a float.
    """
    text = plain_numbers(text)
    for stated in stated_passages(text):
        for line in stated.splitlines():
            before = re.sub(r"\([^()]*\)", "", line).rpartition("=")[2]
            if found := NUMBER.search(before) or NUMBER.search(line):
                return number_in(found)
    first_line = text.strip().partition("\n")[0]
    numbers = list(NUMBER.finditer(first_line))
    if len(numbers) != 1 or re.search(r"[^\W\d_]", first_line):
        numbers = list(NUMBER.finditer(text))
    return number_in(numbers[-1]) if numbers else None


def plain_numbers(text: str) -> str:
    """The text with every minus sign a hyphen, every space a space, and numbers out of their LaTeX."""
    text = _LATEX_GAP.sub("", text.translate(_MINUS))
    return _TIMES_TEN.sub(r"e\1", _LATEX_FRACTION.sub(r"\1/\2", text))


def stated_passages(text: str) -> Iterator[str]:
    r"""What a text says its answer is: in the last `\boxed{…}`, and behind the last "answer is"."""
    boxed = _BOXED.findall(text)
    yield from boxed[-1:]
    marks = list(re.finditer(_ANSWER, text))
    yield from (text[mark.end() :] for mark in marks[-1:])


def number_in(found: re.Match[str]) -> Decimal | None:
    """The value of a match of `NUMBER`; `None` where it is beyond a float, or divided by 0."""
    digits = re.sub(r"[ ,'’_]", "", found["digits"])
    if not math.isfinite(float(f"{digits}{found['power'] or ''}")):
        return None
    value = Decimal(f"{found['sign']}{digits}{found['power'] or ''}")
    if found["below"] is None:
        return value
    below = Decimal(found["below"])
    return value / below if below else None


def number_label(value: Decimal) -> str:
    """A number as a label: a whole one in full, any other to 7 significant digits, so that 0.50 is `0.5`."""
    if value == 0:
        return "0"
    if is_whole(value):
        return format(value.to_integral_value(), "f")
    return format(float(value), ".7g")


def is_whole(value: Decimal) -> bool:
    """Whether a number has no fractional part: 42 and 42.0 do not."""
    return value == value.to_integral_value()


def read_choices(text: str) -> tuple[str, ...]:
    r"""The letters A to J that a text claims as its answer: sorted, in capitals; empty where it claims none.

    Letters that are stated (`\boxed{B}`, "Answer: B", "the answer is (b)") go before those that are merely
    shown: at the start of a line ("B", "B) Paris", "b. Paris"), in parentheses or emphasis, after "option",
    or at the very end ("so I take B."). A text that lists all options and states none claims them all.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    for patterns in (_STATED_LETTERS, _SHOWN_LETTERS):
        claimed = [found["letters"] for pattern in patterns for found in pattern.finditer(text)]
        if claimed:
            return tuple(sorted({letter.upper() for part in claimed for letter in _ONE_LETTER.findall(part)}))
    return ()
