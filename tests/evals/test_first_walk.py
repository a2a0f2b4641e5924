"""The bundled questions have the right answers: each is computed again, from its prompt where that can be."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from workbench.evals.dataset import Sample, load_dataset
from workbench.evals.scorers.numbers import compare_numbers
from workbench.evals.scorers.plain import compare_choices, compare_texts

SAMPLES = {sample.id: sample for sample in load_dataset("first_walk")}


def score(sample: Sample, text: str) -> float | None:
    compare = {"exact": compare_texts, "number": compare_numbers, "choice": compare_choices}[
        str(sample.scorer)
    ]
    return compare(text, str(sample.target)).value


def ints(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


def dates(text: str) -> list[date]:
    return [date.fromisoformat(found) for found in re.findall(r"\d{4}-\d{2}-\d{2}", text)]


def quoted(text: str) -> str:
    return text.split('"')[1]


def json_in(text: str) -> object:
    return json.JSONDecoder().raw_decode(text[text.index(": ") + 2 :])[0]


def is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))


def named_weekday(text: str) -> str:
    today = next(day for day in date_names() if day in text)
    return date_names()[(date_names().index(today) + ints(text)[0]) % 7]


def date_names() -> list[str]:
    return [f"{date(2024, 1, 1) + timedelta(days=n):%A}" for n in range(7)]  # 2024-01-01 was a Monday


def fridays_the_13th(text: str) -> int:
    first, last = dates(text)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(day.day == 13 and day.isoweekday() == 5 for day in days)


def other_clock(text: str) -> str:
    here, there = (offset.replace("−", "-") for offset in re.findall(r"UTC([+−]\d\d:\d\d)", text))
    shown = datetime.fromisoformat(f"2024-06-01T{re.findall(r'shows (.....)', text)[0]}:00{here}")
    return f"{shown.astimezone(datetime.fromisoformat(f'2024-06-01T00:00:00{there}').tzinfo):%H:%M}"


def arrival(text: str) -> str:
    hour, minute, hours, minutes = ints(text)[:4]
    return f"{datetime(2024, 1, 1, hour, minute) + timedelta(hours=hours, minutes=minutes):%H:%M}"  # noqa: DTZ001


def sorted_words(text: str) -> str:
    words = re.findall(r": ([a-z, ]+)\.", text)[0].split(", ")
    return ", ".join(sorted(words))


def letters_that_occur_once(text: str) -> str:
    counts = Counter(quoted(text))
    return "".join(letter for letter in reversed(quoted(text)) if counts[letter] == 1)


def cheap_products(text: str) -> str:
    products = json_in(text)
    assert isinstance(products, list)
    chosen = [product for product in products if product["stock"] and product["price"] < 20]
    return ", ".join(product["name"] for product in sorted(chosen, key=lambda product: -product["price"]))


def customer(text: str) -> str:
    document = json_in(text)
    assert isinstance(document, dict)
    return str(document["order"]["customer"])


def pump_minutes(text: str) -> Fraction:
    metres = [Fraction(side) for side in re.findall(r"([\d.]+) m\b", text)]
    millilitres, seconds = (int(n) for n in re.findall(r"(\d+) (?:millilitres|seconds)", text))
    return math.prod(metres) * 1_000_000 / millilitres * seconds / 60


def seconds_to_send(text: str) -> int:
    size, rate = Fraction("4.2"), 50
    assert "4.2 GiB" in text
    assert "at 50 megabits" in text
    return math.ceil(size * 2**30 * 8 / (rate * 10**6))


COMPUTED: dict[str, Callable[[str], object]] = {
    "arithmetic-01": lambda text: sum(ints(text)),
    "arithmetic-02": lambda text: math.prod(ints(text)),
    "arithmetic-03": lambda text: math.prod(ints(text)),
    "arithmetic-04": lambda text: Fraction(math.prod(ints(text)), 100),
    "arithmetic-05": lambda text: divmod(*ints(text))[1],
    # by inclusion and exclusion: 333 + 142 - 2 * 47
    "arithmetic-06": lambda text: 1000 // 3 + 1000 // 7 - 2 * (1000 // 21),
    "arithmetic-07": lambda text: (8 - 3) * 4 + 6,
    "arithmetic-08": lambda text: sum(filter(is_prime, range(*ints(text)))),
    "dates-01": named_weekday,
    "dates-02": lambda text: dates(text)[0] + timedelta(days=ints(text)[0]),
    "dates-03": lambda text: f"{dates(text)[0]:%A}",
    "dates-04": lambda text: (date(2024, 3, 1) - date(2024, 2, 1)).days,
    "dates-05": other_clock,
    "dates-06": fridays_the_13th,
    "dates-07": arrival,
    "dates-08": lambda text: dates(text)[1].toordinal() - dates(text)[0].toordinal(),
    "text-01": lambda text: quoted(text).split()[2],
    "text-02": sorted_words,
    "text-03": lambda text: len(re.findall("e", quoted(text), re.IGNORECASE)),
    "text-04": customer,
    "text-05": lambda text: "".join(reversed(quoted(text))),
    "text-06": letters_that_occur_once,
    "text-07": lambda text: re.findall(r"[\w.]+@[\w.]+\w", text)[0],
    "text-08": cheap_products,
    "units-01": lambda text: timedelta(hours=ints(text)[0]) / timedelta(minutes=1),
    "units-02": lambda text: Fraction(5, 9) * (ints(text)[0] - 32),
    "units-03": pump_minutes,
    "units-04": lambda text: Fraction("2.5") * 1000,
    "units-05": lambda text: Fraction(ints(text)[0] * 1000, 3600),
    "units-06": lambda text: timedelta(weeks=3, days=2, hours=5, minutes=12).total_seconds(),
    "units-07": lambda text: Fraction(math.prod(ints(text)), 100**2),
    "units-08": seconds_to_send,
}

MAMMALS = {"dolphin"}
NEIGHBOURS_OF_SWITZERLAND = {"Austria", "France", "Germany", "Italy", "Liechtenstein"}
ATOMIC_NUMBERS = {"silver": 47, "tin": 50, "tellurium": 52, "iodine": 53, "xenon": 54}
ORBITS_AU = {"Mercury": 0.387, "Venus": 0.723, "Earth": 1.0, "Mars": 1.524}
OPENED = {
    "the Suez Canal": 1869,
    "the Brooklyn Bridge": 1883,
    "the Eiffel Tower": 1889,
    "the Panama Canal": 1914,
}
LATITUDES = {"Milan": 45.46, "Toronto": 43.65, "Marseille": 43.30, "Sapporo": 43.06, "Boston": 42.36}
PUBLISHED = {"Newton": 1687, "Linnaeus": 1735, "Lavoisier": 1789, "Darwin": 1859}

FACTS: dict[str, Callable[[str], bool]] = {
    "knowledge-01": lambda option: option in MAMMALS,
    "knowledge-02": lambda option: option not in NEIGHBOURS_OF_SWITZERLAND,
    "knowledge-03": lambda option: ATOMIC_NUMBERS[option] == max(ATOMIC_NUMBERS.values()),
    "knowledge-04": lambda option: ORBITS_AU[option] == min(ORBITS_AU.values()),
    "knowledge-05": lambda option: OPENED[option] == min(OPENED.values()),
    "knowledge-06": lambda option: LATITUDES[option] == max(LATITUDES.values()),
    "knowledge-07": lambda option: option == "carbon dioxide",
    "knowledge-08": lambda option: (
        [PUBLISHED[who] for who in option.split(", ")] == sorted(PUBLISHED.values())
    ),
}


def options(sample: Sample) -> dict[str, str]:
    return dict(re.findall(r"^([A-J])\) (.+)$", sample.input, re.MULTILINE))


@pytest.mark.parametrize("sample_id", COMPUTED)
def test_a_target_is_what_the_prompt_comes_to(sample_id: str) -> None:
    sample = SAMPLES[sample_id]
    computed = COMPUTED[sample_id](sample.input)
    if sample.scorer == "number":
        assert isinstance(computed, int | float | Fraction)
        assert Fraction(sample.target) == Fraction(computed)
    else:
        assert sample.target == str(computed)


@pytest.mark.parametrize("sample_id", FACTS)
def test_one_option_alone_is_right_and_the_target_names_it(sample_id: str) -> None:
    sample = SAMPLES[sample_id]
    right = [letter for letter, option in options(sample).items() if FACTS[sample_id](option)]
    assert right == [sample.target]


def test_every_sample_is_checked_here() -> None:
    assert set(SAMPLES) == set(COMPUTED) | set(FACTS)


def test_there_are_five_categories_of_eight_and_the_first_five_samples_are_one_of_each() -> None:
    groups = [sample.category for sample in SAMPLES.values()]
    assert Counter(groups) == dict.fromkeys(("arithmetic", "dates", "text", "units", "knowledge"), 8)
    assert len(set(groups[:5])) == 5


def test_about_a_third_is_easy_a_third_medium_and_a_third_hard() -> None:
    counts = Counter(sample.meta["difficulty"] for sample in SAMPLES.values())
    assert counts == {"easy": 13, "medium": 12, "hard": 15}


def test_an_id_is_its_category_and_a_number() -> None:
    assert all(re.fullmatch(rf"{sample.category}-0[1-8]", sample.id) for sample in SAMPLES.values())


def test_every_prompt_ends_with_the_form_of_the_answer() -> None:
    assert all(re.search(r"Answer with only [^.]+\.$", sample.input) for sample in SAMPLES.values())


def test_always_answering_the_same_letter_does_not_pay() -> None:
    assert max(Counter(SAMPLES[sample_id].target for sample_id in FACTS).values()) <= 2


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("style", ["{}", "{}.", "**{}**", "  {}\n", "```\n{}\n```", "`{}`"])
def test_a_right_answer_is_right_however_it_is_dressed(sample: Sample, style: str) -> None:
    assert score(sample, style.format(sample.target)) == 1


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_the_answer_to_another_question_is_wrong(sample: Sample) -> None:
    others = {other.target for other in SAMPLES.values() if other.scorer == sample.scorer} - {sample.target}
    assert not any(score(sample, other or "") for other in others)
