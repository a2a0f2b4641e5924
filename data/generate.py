"""Make the data sets whose answers are computed: `python data/generate.py --help`."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from families import FAMILIES

LEVELS = ("easy", "medium", "hard")
MIXED = "mixed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How a set is made.

    Attributes:
        families: The kinds of questions, in turn.
        items: How many.
        smoke: So many of them, the first, are the split "smoke".
        seed: Another one gives other numbers and words.
        difficulty: One of the levels, or all of them in turn.
    """

    families: tuple[str, ...]
    items: int
    smoke: int = 0
    seed: int = 0
    difficulty: str = MIXED


SETS = {
    "basics": Recipe(families=tuple(FAMILIES)[:6], items=60, seed=1),
    "regression": Recipe(families=tuple(FAMILIES), items=120, smoke=20, seed=2),
}


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(
        description="Make data sets with computed answers. Without a name the bundled sets are written anew."
    )
    parser.add_argument("set", nargs="?", choices=SETS, help="a set to write to standard output")
    parser.add_argument("--seed", type=int, help="another number gives other items")
    parser.add_argument("--items", type=int, help="how many")
    parser.add_argument("--difficulty", choices=[*LEVELS, MIXED], help="how hard they are")
    options = parser.parse_args()
    given = {name: value for name, value in vars(options).items() if name != "set" and value is not None}
    if options.set is None:
        if given:
            parser.error("name the set that is to be another, as in: generate.py regression --seed 7")
        for name, recipe in SETS.items():
            (Path(__file__).parent / f"{name}.jsonl").write_bytes(written(recipe))
    else:
        sys.stdout.buffer.write(written(replace(SETS[options.set], **given)))


def written(recipe: Recipe) -> bytes:
    """The set as JSON Lines in UTF-8."""
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows(recipe)).encode()


def rows(recipe: Recipe) -> Iterator[dict[str, str]]:
    """The rows of a set: families in turn, their templates in turn, no question twice.

    An item does not depend on how many there are.
    """
    asked: set[str] = set()
    for place in range(recipe.items):
        family = recipe.families[place % len(recipe.families)]
        nth = place // len(recipe.families)
        templates = FAMILIES[family]
        template = templates[nth % len(templates)]
        level = LEVELS.index(recipe.difficulty) if recipe.difficulty != MIXED else _level(place, recipe)
        for attempt in range(1000):
            chance = f"{recipe.seed}/{family}/{template.__name__}/{level}/{nth}/{attempt}"
            item = template(random.Random(chance), level)  # noqa: S311 - can be repeated, is no secret
            if item.input not in asked:
                break
        else:
            sys.exit(
                f"{family}/{template.__name__} has no {nth + 1} different questions: ask for fewer items"
            )
        asked.add(item.input)
        yield {
            "id": f"{family}-{nth + 1:02}",
            "category": family,
            "cluster": f"{family}/{template.__name__}",
            "difficulty": LEVELS[level],
            "input": item.input,
            "target": item.target,
            "scorer": item.scorer,
            **({"split": "smoke"} if place < recipe.smoke else {}),
        }


def _level(place: int, recipe: Recipe) -> int:
    """Levels in turn, so that each template has all of them, and the first items have them too."""
    nth, family = divmod(place, len(recipe.families))
    turn, template = divmod(nth, len(FAMILIES[recipe.families[family]]))
    return (turn + template + family) % len(LEVELS)


if __name__ == "__main__":
    main()
