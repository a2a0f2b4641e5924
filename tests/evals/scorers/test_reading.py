"""How an answer is read out of what a model wrote, by tables of what models write."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from workbench.evals.scorers.reading import fold_text, number_label, read_choices, read_number


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Paris", "paris"),
        ("  PARIS. \n", "paris"),
        ('"Paris"', "paris"),
        ("“Paris.”", "paris"),
        ("„Paris“", "paris"),
        ("«Paris»", "paris"),
        ('**"Paris".**', "paris"),
        ("***Paris***", "paris"),
        ("_Paris_", "paris"),
        ("`Paris`", "paris"),
        ("```\nParis\n```", "paris"),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ("Ｐａｒｉｓ", "paris"),
        ("ﬁne", "fine"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("Straße", "strasse"),
        # what stands inside counts
        ("Paris...", "paris..."),
        ("a,  b", "a,  b"),
        ("**a** and **b**", "**a** and **b**"),
        ('"a" and "b"', '"a" and "b"'),
        ("2**3", "2**3"),
        # nothing but marks is an answer too
        (".", "."),
        ("...", "..."),
        ("", ""),
        (" \n\t", ""),
    ],
)
def test_what_stands_around_an_answer_is_folded(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", "42"),
        ("42.", "42"),
        ("**42**", "42"),
        ("_42_", "42"),
        ("1,234.5", "1234.5"),
        ("3 000", "3000"),
        ("3\u202f000", "3000"),
        ("1'000'000", "1000000"),
        ("1_000", "1000"),
        ("−3", "-3"),
        ("\u20113", "-3"),
        ("+7", "7"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("1.5E-2", "0.015"),
        ("1.5 × 10^3", "1500"),
        (r"3 \times 10^{8} m/s", "3E+8"),
        ("12 %", "12"),
        (r"12\%", "12"),
        ("$4.50", "4.50"),
        ("-$4.50", "-4.50"),
        ("€ 20", "20"),
        ("128 minutes", "128"),
        ("5kg", "5"),
        ("5 m²", "5"),
        ("3/4", "0.75"),
        ("１２", "12"),
        (r"$\frac{3}{4}$", "0.75"),
        (r"\boxed{42}", "42"),
        (r"$$\boxed{1{,}234}$$", "1234"),
        (r"\boxed{\text{about } 42}", "42"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("17 + 26 = 43", "43"),
        ("There are 3 of them, so 3 × 4 is 12.", "12"),
        ("Answer: 42", "42"),
        ("**Answer:** 42 km, driven in 3 hours", "42"),
        ("**Final answer**: 42. That took 3 steps.", "42"),
        ("ANSWER = 42", "42"),
        ("The final answer is:\n\n42\n\nI checked it 2 times.", "42"),
        ("The answer is 12 + 30 = 42.", "42"),
        ("Answer: 42 (since 6 × 7 = 42; no remainder in 1 step)", "42"),
        ("Answer: (42)", "42"),
        ("Answer: x = 5", "5"),
        ("The answer is 4. Wait: 2 + 3 = 5. The answer is 5.", "5"),
        (r"So \boxed{41}, no, \boxed{42}. Answer: 7", "42"),
        (r"\boxed{none} Answer: 7", "7"),
        ("The answer is below.\n42", "42"),
        ("42\n\nExplanation: 6 times 7, in 2 steps", "42"),
        ("In step 1 we add.\nIn all 12", "12"),
        ("10-3", "3"),
        ("between 3–5", "5"),
        ("- 42", "42"),
        ("44 g of CO2", "44"),
    ],
)
def test_a_stated_number_goes_before_the_last_one(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "none", "forty-two", "CO2", "1/0", "1e999", "1e99999999999999999999"])
def test_a_text_without_a_finite_number_gives_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("42", "42"),
        ("42.0", "42"),
        ("-0", "0"),
        ("0.50", "0.5"),
        ("1E+3", "1000"),
        ("3.14159265", "3.141593"),
        ("34196292", "34196292"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_equal_numbers_have_the_same_label(value: str, label: str) -> None:
    assert number_label(Decimal(value)) == label


@pytest.mark.parametrize(
    "text",
    [
        "B",
        "b",
        "B.",
        "(b)",
        "[B]",
        "$B$",
        "'B'",
        "`B`",
        "**B**",
        "Ｂ",
        "- B",
        "B) Paris",
        "b. Paris",
        "B: Paris",
        "B - Paris",
        "**B) Paris**",
        "Option B",
        "Choice (B)",
        "Answer: B",
        "**Answer:** B",
        "**Answer: B) Paris**",
        "Answer:\n\nB",
        "The answer is (b).",
        "The answer is **B**: Paris",
        "The answer is option B",
        "Answer: B, a city",
        "Answer: B because A lies elsewhere",
        "Answer: B\n\nC is wrong, and so is D.",
        "The correct option is B.",
        "I think it is B.",
        "It is Paris (B).",
        "A) Rome\nB) Paris\n\nAnswer: B",
        "Rome is in Italy.\n\nB",
        r"\boxed{B}",
        r"$\boxed{\text{B}}$",
    ],
)
def test_one_letter_is_read_however_it_is_claimed(text: str) -> None:
    assert read_choices(text) == ("B",)


@pytest.mark.parametrize("letter", "ABCDEFGHIJ")
@pytest.mark.parametrize(
    "style", ["{}", "({})", "{}) dog", "Answer: {}", "**{}**", "I take {}.", r"\boxed{{{}}}"]
)
def test_every_letter_is_read_alike(style: str, letter: str) -> None:
    assert read_choices(style.format(letter)) == (letter,)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("A or B", ("A", "B")),
        ("A, B", ("A", "B")),
        ("A/B", ("A", "B")),
        ("Both A and C", ("A", "C")),
        ("Answer: B and C", ("B", "C")),
        ("Answer: A, B, or C", ("A", "B", "C")),
        ("The answer is B. On second thought, the answer is C.", ("B", "C")),
        ("A) Rome\nB) Paris", ("A", "B")),
        ("(A) is wrong, (B) is right", ("A", "B")),
    ],
)
def test_all_letters_that_are_claimed_are_given(text: str, letters: tuple[str, ...]) -> None:
    assert read_choices(text) == letters


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Paris",
        "K",
        "A dog",
        "It is a dog.",
        "I don't know",
        "Answer: I don't know",
        "Answer: a dog",
        "i.e. none",
    ],
)
def test_a_word_is_no_letter(text: str) -> None:
    assert read_choices(text) == ()


@pytest.mark.parametrize(
    "piece", ["\n", " ", "(", "*", "```\n", "`", '"', "A ", "A, ", "\\boxed{", "answer: ", "=("]
)
def test_a_model_that_loops_is_read_in_linear_time(piece: str) -> None:
    # Quadratic time would make minutes of this.
    text = f"x{piece * 50_000}x"
    assert fold_text(text) == text.casefold()
    assert read_number(text) is None
    assert len(read_choices(text)) <= 1


def test_a_hundred_thousand_digits_are_no_number() -> None:
    assert read_number("1" * 100_000) is None
    assert read_number("1," * 50_000) == 1


def test_an_answer_that_goes_round_in_circles_is_folded_in_a_moment() -> None:
    began = time.process_time()
    fold_text(". " * 50_000)
    assert time.process_time() - began < 2  # it took 23 seconds when each full stop was a pass
