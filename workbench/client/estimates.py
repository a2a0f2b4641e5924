"""How many tokens a request has, and what a call will cost: values, and what the log teaches about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import orjson

from workbench.calls import Request
from workbench.calls.size import PICTURE_TOKENS, guessed_tokens, pictures_in

if TYPE_CHECKING:
    from workbench.log import Log
    from workbench.log.tokens import Line

# Of a picture or a document: from small and coarse to a few pages.
_PICTURE_TOKENS = (85, 3_000)
# A short, a common and a long answer, where the log has too few of them.
_GUESSED = (1.0, 500.0, 4_000.0)
_FEWEST = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenCount:
    """How many tokens of input a request has.

    Attributes:
        tokens: The number.
        low: About nine of ten true numbers are between `low` and `high`, both included.
        high: See above.
        method: Who counted: the `server`; a `tokenizer` on this machine, which does not know what the model's
            template adds; what was `learned` from the model's calls in the log; or nobody, it is a `guess`.
        exact: Whether it is what the provider will count.
    """

    tokens: int
    low: int
    high: int
    method: Literal["server", "tokenizer", "learned", "guess"]
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CostEstimate:
    """What a call will cost, US dollars; `None` where the price is not known, 0 where it is free.

    Attributes:
        low_usd: For few tokens of input, and a short answer.
        expected_usd: For the likeliest number, and an answer as long as they are on the average.
        high_usd: For many tokens, and the longest answer that is allowed.
        input: The tokens of the request.
        basis: What the numbers rest on, in words.
    """

    low_usd: Decimal | None
    expected_usd: Decimal | None
    high_usd: Decimal | None
    input: TokenCount
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """How many tokens a model's answers have: few, on the average, many; and of how many answers that is."""

    low: float
    expected: float
    high: float
    n: int

    def within(self, max_tokens: int | None) -> Answers:
        """The same where answers may not be longer; the longest is then that long."""
        if max_tokens is None:
            return self
        return Answers(
            low=min(self.low, max_tokens), expected=min(self.expected, max_tokens), high=max_tokens, n=self.n
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What the log teaches of a model: its line of tokens over bytes, and the length of its answers."""

    line: Line
    answers: Answers


def learn(log: Log, model: str) -> Learned:
    """Read the log's calls of a model, given as `provider/model`; takes as long as a few queries do."""
    from workbench.log.evidence import counting  # reads the log with numpy and pandas, as the next line does

    row = log.sql(
        """
        SELECT count(*), quantile_cont(output_tokens, 0.05), avg(output_tokens),
               quantile_cont(output_tokens, 0.95)
        FROM calls
        WHERE provider || '/' || model = ? AND status = 'ok' AND NOT cached AND output_tokens IS NOT NULL
        """,
        [model],
    ).iloc[0]
    n = int(row.iloc[0])
    low, expected, high = (float(each) for each in row.iloc[1:]) if n >= _FEWEST else _GUESSED
    answers = Answers(low=low, expected=expected, high=high, n=n if n >= _FEWEST else 0)
    return Learned(line=counting(log, [model]).of(model)[0], answers=answers)


def by_line(line: Line, request: Request, body: object) -> TokenCount:
    """The tokens of a request by what was learned, or guessed, about its model.

    Args:
        line: Tokens over bytes of text.
        request: What will be asked.
        body: The same as it is written for the provider; `None` where it cannot be.
    """
    from workbench.log.tokens import GUESS, text_bytes

    # A line that fits its own calls no better than a guess fits any says nothing about this one.
    line = line if line.error <= GUESS.error else GUESS
    size = math.nan if body is None else text_bytes(orjson.dumps(body).decode())
    pictures = pictures_in(request)
    if pictures or math.isnan(size):
        text = guessed_tokens(request) - PICTURE_TOKENS * pictures
        return TokenCount(
            tokens=guessed_tokens(request),
            low=math.floor(text / (1 + GUESS.error)) + _PICTURE_TOKENS[0] * pictures,
            high=math.ceil(text / (1 - GUESS.error)) + _PICTURE_TOKENS[1] * pictures,
            method="guess",
            exact=False,
        )
    tokens = line.first + line.per_byte * size
    # Of texts far longer than those that it was learned from a line says less.
    error = line.error if tokens <= 2 * line.longest else max(line.error, GUESS.error)
    return TokenCount(
        tokens=round(tokens),
        low=math.floor(tokens / (1 + error)),
        high=math.ceil(tokens / (1 - error)),
        method="learned" if line.n else "guess",
        exact=False,
    )
