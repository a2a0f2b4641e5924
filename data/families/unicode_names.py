"""Characters, their names, code points and bytes, by the names that Unicode has promised never to change."""

from __future__ import annotations

import random
import unicodedata

from families.item import EASY, HARD, Item, Template, number, text

_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшщъыьэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ALIKE = "aаαeеoоοpрρcсxхyуuυvνiι"  # Latin, Cyrillic and Greek letters that look alike
_EMOJI = "😀😃😎🚀🌍🎻"


def _range(first: int, last: int) -> str:
    """Those of these characters that are no other form of another, so that one alone is right."""
    found = map(chr, range(first, last + 1))
    return "".join(each for each in found if unicodedata.normalize("NFKC", each).casefold() == each)


_SIGNS = _range(0x2190, 0x21FF) + _range(0x2200, 0x22FF)  # arrows, mathematical operators
_FAR = _range(0x0561, 0x0586) + _range(0x10D0, 0x10F0) + _range(0x0905, 0x0939) + _range(0x0E01, 0x0E30)
_POOLS = (_GREEK + _CYRILLIC, _SIGNS, _FAR)


def character(rng: random.Random, level: int) -> Item:
    """The character of a name."""
    found = rng.choice(_POOLS[level])
    return text(f"Which character has the Unicode name {unicodedata.name(found)}?", "the character", found)


def name(rng: random.Random, level: int) -> Item:
    """The name of a character."""
    given = rng.choice(_POOLS[level])
    return text(f"What is the Unicode name of the character {given}?", "the name", unicodedata.name(given))


def code_point(rng: random.Random, level: int) -> Item:
    """The number of a character."""
    given = rng.choice(_POOLS[level])
    return text(
        f"What is the Unicode code point of the character {given}?",
        "the code point, written as U+ and four hexadecimal digits",
        f"U+{ord(given):04X}",
    )


def utf8(rng: random.Random, level: int) -> Item:
    """The bytes of a text."""
    kinds = ((_LATIN, _GREEK), (_LATIN, _CYRILLIC, _SIGNS), (_LATIN, _CYRILLIC, _SIGNS, _FAR, _EMOJI))[level]
    given = "".join(rng.choice(rng.choice(kinds)) for _ in range((4, 7, 11)[level]))
    return number(f"How many bytes does the text “{given}” take in UTF-8?", len(given.encode()))


def script(rng: random.Random, level: int) -> Item:
    """Letters of one script among those of others, which look alike on the hard level."""
    pool = _ALIKE if level == HARD else _LATIN + _GREEK + ("" if level == EASY else _CYRILLIC)
    given = "".join(rng.choice(pool) for _ in range((8, 14, 16)[level]))
    wanted = rng.choice(("Latin", "Greek") if level == EASY else ("Latin", "Greek", "Cyrillic"))
    count = sum(unicodedata.name(each).startswith(wanted.upper()) for each in given)
    return number(f"How many of the characters in “{given}” are {wanted} letters?", count)


TEMPLATES: tuple[Template, ...] = (character, name, code_point, utf8, script)
