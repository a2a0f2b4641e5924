from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import orjson
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from workbench.log.tokens import FEWEST, GUESS, Line, learned, recounted, text_bytes

ROOT = Path(__file__).parents[2]


def test_what_a_template_adds_and_what_a_byte_makes_are_told_apart() -> None:
    sizes = np.geomspace(20, 20_000, 200)
    line = learned(sizes, 9 + 0.3 * sizes)
    assert line.first == pytest.approx(9, rel=0.02)
    assert line.per_byte == pytest.approx(0.3, rel=0.02)
    assert line.error < 0.01
    assert line.n == 200


def test_the_error_is_the_one_that_nine_calls_of_ten_keep() -> None:
    # Every fifth call has 30 % more tokens than the others: the worst tenth is one of those.
    sizes = np.geomspace(200, 20_000, 200)
    tokens = 0.25 * sizes * np.tile([1, 1, 1, 1, 1.3], 40)
    line = learned(sizes, tokens)
    off = np.abs(line.first + line.per_byte * sizes - tokens) / tokens
    assert np.quantile(off, 0.9) == pytest.approx(line.error, rel=0.05)
    assert line.error > 0.1


@pytest.mark.parametrize("n", [0, FEWEST - 1])
def test_of_a_few_calls_nothing_is_learned(n: int) -> None:
    assert learned(np.full(n, 40.0), np.full(n, 30.0)) is GUESS


def test_calls_of_one_length_say_nothing_about_longer_ones() -> None:
    line = learned(np.full(20, 40.0), np.full(20, 30.0))
    assert line.first + 40 * line.per_byte == pytest.approx(30, rel=0.01)
    assert line.first + 10_000 * line.per_byte == pytest.approx(10_000 / 3.8, rel=0.02)
    (_, beyond), low, high = recounted(np.array([30.0, 3_000.0]), line, line)
    assert (low[1], high[1]) == pytest.approx((beyond / 1.4, beyond / 0.6))
    assert high[0] / low[0] < 1.1


def test_a_call_that_counts_more_than_its_text_does_not_bend_the_line() -> None:
    sizes = np.geomspace(40, 4_000, 40)
    tokens = 5 + sizes / 4
    straight = learned(sizes, tokens)
    tokens[20] += 5_000  # thoughts that the provider did not report apart
    assert learned(sizes, tokens).per_byte == pytest.approx(straight.per_byte, rel=0.1)


def test_an_empty_text_never_has_less_than_no_tokens() -> None:
    sizes = np.geomspace(40, 4_000, 40)
    line = learned(sizes, np.maximum(sizes / 4 - 9, 1))
    assert line.first == 0
    assert line.per_byte > 0


def test_a_line_gives_its_own_tokens_back() -> None:
    line = Line(first=7, per_byte=0.25, error=0.1, n=20, longest=1_000)
    estimate, low, high = recounted(np.array([7.0, 107.0]), line, line)
    assert estimate.tolist() == [7, 107]
    assert low == pytest.approx(estimate / 1.1)
    assert high == pytest.approx(estimate / 0.9)


def bpe(texts: list[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def test_recounts_between_real_tokenizers_are_as_near_as_they_say() -> None:
    rng = random.Random(0)
    whole = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("workbench", "data")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".jsonl", ".md"}
    )

    def piece() -> str:
        start, length = rng.randrange(len(whole) - 5_000), int(math.exp(rng.uniform(4, 8.5)))
        return whole[start : start + length]

    small, large = bpe([whole], 1_000), bpe([whole], 8_000)

    def counted(by: Tokenizer, extra: int, texts: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([len(by.encode(text).ids) + extra for text in texts], dtype=float)

    def line(by: Tokenizer, extra: int) -> Line:
        texts = [piece() for _ in range(100)]
        return learned(
            np.array([len(text.encode()) for text in texts], dtype=float), counted(by, extra, texts)
        )

    unseen = [piece() for _ in range(200)]
    before, truth = counted(small, 12, unseen), counted(large, 4, unseen)
    assert before.sum() > 1.3 * truth.sum()  # another count altogether
    estimate, low, high = recounted(before, line(small, 12), line(large, 4))
    assert np.mean((low <= truth) & (truth <= high)) > 0.8  # nine of ten, learned from a hundred calls each
    assert low.sum() < truth.sum() < high.sum()
    assert estimate.sum() == pytest.approx(truth.sum(), rel=0.1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"model": "m", "messages": [{"role": "user", "content": "four"}]}, 4),
        ({"messages": [{"role": "user", "content": "ö"}]}, 2),
        (
            {
                "system": "four",
                "messages": [{"role": "user", "content": [{"type": "text", "text": "five!"}]}],
            },
            9,
        ),
        ({"contents": [{"role": "user", "parts": [{"text": "four"}]}]}, 4),
        ({"messages": [{"role": "tool", "tool_call_id": "call-1", "content": "four"}]}, 4),
        (
            {"messages": [{"role": "user", "content": "four"}], "tools": [{"name": "f"}]},
            4 + len('[{"name":"f"}]'),
        ),
    ],
)
def test_the_texts_of_a_request_are_counted_in_every_protocol(body: object, expected: int) -> None:
    assert text_bytes(orjson.dumps(body).decode()) == expected


@pytest.mark.parametrize(
    "body",
    [
        None,
        "cut off {",
        "[]",
        '{"model": "m"}',
        '{"messages": [{"content": [{"text": "four"}, {"type": "image_url", "image_url": {}}]}]}',
        '{"messages": [{"role": "user", "content": "four", "images": ["aGVsbG8="]}]}',
    ],
)
def test_of_pictures_and_of_what_cannot_be_read_the_bytes_are_not_known(body: str | None) -> None:
    assert math.isnan(text_bytes(body))
