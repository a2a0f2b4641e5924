"""The generated sets: made again byte for byte, and each answer computed anew from its prompt."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from workbench.evals.dataset import Sample, load_dataset

DATA = Path(__file__).parents[2] / "data"
NAMES = ("basics", "regression")
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def generated(*options: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-B", DATA / "generate.py", *options], capture_output=True, check=True
    ).stdout


def rows(made: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in made.decode().splitlines()]


@pytest.fixture(scope="module")
def hard() -> list[dict[str, Any]]:
    return rows(generated("regression", "--items", "800", "--difficulty", "hard", "--seed", "11"))


# reading prompts


def integers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", text)]


def fractions(text: str) -> list[Fraction]:
    return [Fraction(found.replace("−", "-")) for found in re.findall(r"[-−]?\d+(?:\.\d+)?", text)]


def iso_dates(text: str) -> list[date]:
    return [date.fromisoformat(found) for found in re.findall(r"\d{4}-\d{2}-\d{2}", text)]


def in_words(text: str) -> date:
    day, month, year = text.split()
    return date(int(year), MONTHS.index(month) + 1, int(day))


def items(text: str) -> list[str]:
    """The list behind the colon, up to the end of its sentence."""
    return text.partition(": ")[2].rpartition(" Answer with only")[0].rstrip(".?").split(", ")


def quoted(text: str) -> str:
    return re.findall("“(.*?)”", text)[0]


def document(text: str) -> Any:
    return json.JSONDecoder().raw_decode(text[text.index(": ") + 2 :])[0]


# one way to the answer for each template, other than that of the generator where there is another


def value_of(expression: ast.expr) -> int:
    match expression:
        case ast.Constant(value=int(value)):
            return value
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return value_of(left) + value_of(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return value_of(left) - value_of(right)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return value_of(left) * value_of(right)
    raise AssertionError(ast.dump(expression))


def brackets(text: str) -> int:
    shown = re.findall(r"What is (.*)\? Answer", text)[0].replace("×", "*").replace("−", "-")
    return value_of(ast.parse(shown, mode="eval").body)


def prices(text: str) -> int:
    p, q, n, m = integers(text)
    return n * p + m * q


def multiples(text: str) -> int:
    low, high, c, *d = integers(text)

    def up_to(n: int) -> int:  # c and d have no common factor
        return n // c - (n // (c * d[0]) if d else 0)

    return up_to(high) - up_to(low - 1)


def zeller(day: date) -> str:
    """The weekday by C. Zeller's congruence (1887)."""
    month, year = (day.month + 12, day.year - 1) if day.month < 3 else (day.month, day.year)
    century, year = divmod(year, 100)
    h = (day.day + 13 * (month + 1) // 5 + year + year // 4 + century // 4 + 5 * century) % 7
    return DAYS[(h + 5) % 7]


def arrival(text: str) -> str:
    leaves = datetime.fromisoformat(f"2030-01-01T{re.findall(r'at (..:..)', text)[0]}")
    hours, minutes = integers(text)[2:4]
    return (leaves + timedelta(hours=hours, minutes=minutes)).isoformat()[11:16]


def weekday_of_month(text: str) -> date:
    which, weekday, month, year = re.findall(r"the (\w+) (\w+) of (\w+) (\d+)", text)[0]
    first = date(int(year), MONTHS.index(month) + 1, 1)
    nth = ["first", "second", "third", "fourth", "last"].index(which)
    day = first + timedelta(days=(DAYS.index(weekday) - first.weekday()) % 7 + 7 * nth)
    return day if day.month == first.month else day - timedelta(days=7)


FACTORS = {
    ("kilometres", "metres"): Fraction(1000),
    ("kilograms", "grams"): Fraction(1000),
    ("metres", "centimetres"): Fraction(100),
    ("litres", "millilitres"): Fraction(1000),
    ("tonnes", "kilograms"): Fraction(1000),
    ("centimetres", "metres"): Fraction(1, 100),
    ("square metres", "square centimetres"): Fraction(100**2),
    ("hectares", "square metres"): Fraction(100**2),
    ("cubic centimetres", "litres"): Fraction(1, 10**3),
}


def factor(text: str) -> Fraction:
    small, amount, large = re.findall(r"How many ([a-z ]+) are ([\d.]+) ([a-z ]+)\?", text)[0]
    return Fraction(amount) * FACTORS[large, small]


def seconds(text: str) -> float:
    parts = {unit: int(count) for count, unit in re.findall(r"(\d+) (\w+)", text)}
    return timedelta(**parts).total_seconds()


def tank(text: str) -> Fraction:
    a, b, c = (Fraction(side, 10) for side in integers(text))  # decimetres: a cubic one is a litre
    return a * b * c


def any_date(text: str) -> date:
    return date.fromisoformat(text) if text[0:4].isdecimal() else in_words(text)


def place(text: str) -> str:
    nth = ["first", "second", "third", "fourth", "fifth"].index(text.split()[3])
    return sorted(items(text))[-1 - nth]


def some_numbers(text: str) -> int:
    count, bound = Counter(map(int, items(text))), re.findall(r"greater than (\d+)", text)
    return sum(
        times
        for n, times in count.items()
        if not (bound and n <= int(bound[0])) and not ("even" in text.partition(":")[0] and n % 2)
    )


def at_path(text: str) -> str:
    found = document(text)
    for key in re.findall(r"value is at ([a-z.]+)\?", text)[0].split("."):
        found = found[key]
    assert isinstance(found, str)
    return found


def chosen(text: str) -> str:
    bound = Fraction(re.findall(r"less than ([\d.]+)\?", text)[0])
    return ", ".join(p["name"] for p in document(text) if p["stock"] and Fraction(str(p["price"])) < bound)


def dearest(text: str) -> str:
    highest, others = max((p["price"], p["name"]) for p in document(text)), document(text)
    assert sum(p["price"] == highest[0] for p in others) == 1
    return str(highest[1])


def named(text: str) -> str:
    return unicodedata.lookup(re.findall(r"name ([A-Z -]+)\? Answer", text)[0])


def utf8(text: str) -> int:
    return sum(1 + (ord(c) > 0x7F) + (ord(c) > 0x7FF) + (ord(c) > 0xFFFF) for c in quoted(text))


# A block is another way to know a script than a name; the pools have letters of these blocks alone.
BLOCKS = {"Latin": (0x61, 0x7A), "Greek": (0x3B1, 0x3C9), "Cyrillic": (0x430, 0x44F)}


def script(text: str) -> int:
    low, high = BLOCKS[re.findall(r"are (\w+) letters", text)[0]]
    return sum(low <= ord(c) <= high for c in quoted(text))


def date_form(text: str) -> str:
    given, form = re.findall(r"the date (.*) in the form (\S+)\. Answer", text)[0]
    day = in_words(given)
    parts = (("YYYY", f"{day.year}"), ("MM", f"{day.month:02}"), ("DD", f"{day.day:02}"))
    for name, value in parts:
        form = form.replace(name, value)
    return form


def name_form(text: str) -> str:
    people = [name.rpartition(" ") for name in re.findall("“(.*?)”", text)]
    return "; ".join(f"{family}, {given}" for given, _, family in people)


def amount(text: str) -> str:
    given, decimals = re.findall(r"number ([\d.]+) with .* exactly (\d) decimal", text)[0]
    scaled = Fraction(given) * 10 ** int(decimals)
    whole, rest = divmod(int(scaled + Fraction(1, 2)), 10 ** int(decimals))
    return f"{whole:,}.{rest:0{decimals}}"


def padded(text: str) -> str:
    first, last, *step, digits = integers(text)
    return "-".join(str(n).zfill(digits) for n in range(first, last + 1, *step))


COMPUTED: dict[str, Callable[[str], object]] = {
    "arithmetic/product": lambda text: sum([integers(text)[0]] * integers(text)[1]),
    "arithmetic/remainder": lambda text: divmod(*integers(text))[1],
    "arithmetic/prices": prices,
    "arithmetic/brackets": brackets,
    "arithmetic/multiples": multiples,
    "dates/days_after": lambda text: date.fromordinal(iso_dates(text)[0].toordinal() + integers(text)[0]),
    "dates/weekday": lambda text: zeller(iso_dates(text)[0]),
    "dates/days_between": lambda text: iso_dates(text)[1].toordinal() - iso_dates(text)[0].toordinal(),
    "dates/arrival": arrival,
    "dates/weekday_of_month": weekday_of_month,
    "units/factor": factor,
    "units/seconds": seconds,
    "units/temperature": lambda text: (fractions(text)[0] - 32) * Fraction(5, 9),
    "units/distance": lambda text: Fraction(integers(text)[0] * 1000, 3600) * integers(text)[1],
    "units/tank": tank,
    "sorting/words": lambda text: ", ".join(sorted(items(text))),
    "sorting/numbers": lambda text: ", ".join(sorted(items(text), key=Fraction, reverse=True)),
    "sorting/days": lambda text: ", ".join(sorted(items(text), key=any_date)),
    "sorting/lengths": lambda text: ", ".join(sorted(items(text), key=len)),
    "sorting/place": place,
    "counting/letters": lambda text: Counter(quoted(text))[re.findall(r"letter (\w) ", text)[0]],
    "counting/long_words": lambda text: Counter(map(len, items(text)))[integers(text)[0]],
    "counting/numbers": some_numbers,
    "counting/repeats": lambda text: Counter(items(text))[quoted(text)],
    "counting/different": lambda text: len(Counter(items(text))),
    "json/path": at_path,
    "json/total": lambda text: sum(integers(" ".join(re.findall(r'"quantity": \d+', text)))),
    "json/chosen": chosen,
    "json/count": lambda text: text.count(f'"status": "{quoted(text)}"'),
    "json/most": dearest,
    "unicode/character": named,
    "unicode/name": lambda text: unicodedata.name(re.findall(r"character (.)\?", text)[0]),
    "unicode/code_point": lambda text: (
        f"U+{hex(ord(re.findall(r'character (.)[?]', text)[0]))[2:]:>04}".upper()
    ),
    "unicode/utf8": utf8,
    "unicode/script": script,
    "format/date_form": date_form,
    "format/name_form": name_form,
    "format/line": lambda text: ";".join(items(text)[::-1]),
    "format/amount": amount,
    "format/padded": padded,
}


def check(row: Sample) -> None:
    computed = COMPUTED[str(row.cluster)](row.input)
    if row.scorer == "number":
        assert isinstance(computed, int | float | Fraction), row.id
        assert Fraction(str(row.target)) == Fraction(computed), row.id
    else:
        assert row.target == str(computed), row.id


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_set_is_made_again_byte_for_byte(name: str) -> None:
    assert generated(name) == (DATA / f"{name}.jsonl").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_target_is_what_its_prompt_comes_to(name: str) -> None:
    for sample in load_dataset(name):
        check(sample)


def test_the_targets_of_another_seed_and_of_hard_items_are_right_too(hard: list[dict[str, Any]]) -> None:
    loaded = load_dataset(hard)
    assert {sample.cluster for sample in loaded} == set(COMPUTED)
    for sample in loaded:
        check(sample)


def test_basics_has_six_families_of_ten_in_five_templates() -> None:
    loaded = load_dataset("basics")
    families = ("arithmetic", "dates", "units", "sorting", "counting", "json")
    assert Counter(sample.category for sample in loaded) == dict.fromkeys(families, 10)
    assert set(Counter(sample.cluster for sample in loaded).values()) == {2}
    assert Counter(sample.meta["difficulty"] for sample in loaded) == {"easy": 20, "medium": 20, "hard": 20}


def test_each_template_of_the_regression_set_has_an_item_of_each_difficulty() -> None:
    asked = Counter((sample.cluster, sample.meta["difficulty"]) for sample in load_dataset("regression"))
    assert asked == dict.fromkeys(
        ((cluster, level) for cluster in COMPUTED for level in ("easy", "medium", "hard")), 1
    )


def test_the_smoke_split_has_twenty_items_of_all_families_and_levels() -> None:
    smoke = load_dataset("regression", split="smoke")
    assert len(smoke) == 20
    assert len({sample.category for sample in smoke}) == 8
    assert {sample.meta["difficulty"] for sample in smoke} == {"easy", "medium", "hard"}
    assert smoke.samples == load_dataset("regression").split("smoke").samples


def test_no_question_is_in_two_bundled_sets() -> None:
    asked = Counter(sample.input for name in (*NAMES, "first_walk", "open") for sample in load_dataset(name))
    assert max(asked.values()) == 1


def test_more_items_begin_with_the_same_ones_and_another_seed_gives_others() -> None:
    few, many = rows(generated("basics", "--items", "30")), rows(generated("basics", "--items", "600"))
    other = rows(generated("basics", "--seed", "2", "--items", "30"))
    assert many[:30] == few
    assert not {row["input"] for row in other} & {row["input"] for row in few}
    assert len({row["input"] for row in many}) == len({row["id"] for row in many}) == 600


def test_harder_items_have_longer_prompts(hard: list[dict[str, Any]]) -> None:
    easy = rows(generated("regression", "--items", "800", "--difficulty", "easy", "--seed", "11"))
    assert {row["difficulty"] for row in easy} == {"easy"}
    lengths = [
        [sum(len(row["input"]) for row in made if row["category"] == family) for made in (easy, hard)]
        for family in ("arithmetic", "sorting", "counting", "json", "format")
    ]
    assert all(after > before for before, after in lengths)


def test_a_set_that_is_to_be_another_does_not_overwrite_the_bundled_ones() -> None:
    before = (DATA / "basics.jsonl").read_bytes()
    done = subprocess.run(
        [sys.executable, "-B", DATA / "generate.py", "--seed", "5"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "name the set that is to be another" in done.stderr
    assert (DATA / "basics.jsonl").read_bytes() == before
