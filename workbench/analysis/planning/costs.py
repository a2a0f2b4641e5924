"""What an evaluation will cost, in dollars and in time: by prices, and by what the log has of the models."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from workbench.client import Client
from workbench.log import Log

_ESTIMATED = ("system", "tools", "max_tokens", "service_tier")
_TIMES = """
SELECT provider || '/' || model AS model, avg(duration_s) AS seconds, avg(length(text)) AS letters
FROM calls
WHERE status = 'ok' AND NOT cached AND list_contains($models, provider || '/' || model)
GROUP BY ALL
"""
_JUDGED = """
SELECT provider || '/' || model AS model, sum(cost_usd) AS usd, count(*) FILTER (cost_usd IS NULL) AS unknown,
       count(*) AS calls, avg(duration_s) AS seconds, count(DISTINCT tags['judged']) AS judged
FROM calls
WHERE status = 'ok' AND NOT cached AND (tags['judge'] = $scorer OR tags['panel'] = $scorer)
GROUP BY ALL
"""
_LETTERS = 2000.0  # of an answer that a judge reads, where the log has none


class Sample(Protocol):
    """What is asked of a sample here."""

    @property
    def input(self) -> str: ...  # noqa: D102
    @property
    def target(self) -> object: ...  # noqa: D102
    @property
    def cluster(self) -> str | None: ...  # noqa: D102


class Dataset(Protocol):
    """What is asked of a data set here."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    @property
    def name(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one answer costs, judging included, or many.

    Attributes:
        calls: How many calls.
        low_usd: US dollars; `None` where a price is not known, as the other two.
        expected_usd: See `Client.estimate`.
        high_usd: See there.
        seconds: How long all of it takes at the client's concurrency; `None` where the log has no call of a
            model to go by.
    """

    calls: float
    low_usd: Decimal | None
    expected_usd: Decimal | None
    high_usd: Decimal | None
    seconds: float | None

    def times(self, answers: int) -> Cost:
        """The cost of so many answers to one sample each."""
        usd = (self.low_usd, self.expected_usd, self.high_usd)
        low, expected, high = (_times(each, answers) for each in usd)
        return Cost(
            calls=self.calls * answers,
            low_usd=low,
            expected_usd=expected,
            high_usd=high,
            seconds=None if self.seconds is None else self.seconds * answers,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What a model is asked for one answer: so many calls, for so much, and so long each."""

    model: str
    calls: float
    usd: tuple[Decimal | None, Decimal | None, Decimal | None]
    seconds: float | None


async def cost_of_a_sample(
    client: Client,
    models: Sequence[str],
    dataset: Dataset,
    *,
    templates: Sequence[str] = ("{input}",),
    scorers: Iterable[object] = (),
    params: Mapping[str, Any],
) -> Cost:
    """What it costs to ask all models one sample once, by each template, and to score the answers.

    Nothing is sent. Prices and lengths are those of `Client.estimate`; judges cost what they did in the log,
    else what a call with the sample and an answer would.

    Args:
        client: Who will ask.
        models: `provider/model` each.
        dataset: What will be asked.
        templates: What samples are put into; only `{input}` is looked at.
        scorers: Those with `asks` are taken to ask these models.
        params: Of the calls.

    Raises:
        ConfigError: A name or a key has to be mended.
    """
    sample = _average(dataset)
    judges = [each for each in scorers if getattr(each, "asks", ())]
    known = await asyncio.to_thread(_known, client.log, [*models, *(m for j in judges for m in _asks(j))])
    told = {name: params[name] for name in _ESTIMATED if params.get(name) is not None}
    answers = [
        _Asked(
            model=model,
            calls=1,
            usd=await _usd(client, model, template.replace("{input}", sample.input), told),
            seconds=known.get(model, (None, 0.0))[0],
        )
        for model in models
        for template in templates
    ]
    letters = [known[model][1] for model in models if model in known] or [_LETTERS]
    answer = "word " * round(sum(letters) / len(letters) / 5)
    # Each answer is judged, whichever model and template it is of.
    judged = [asked for judge in judges for asked in await _judging(client, judge, sample, answer, known)]
    return _together(client, answers, judged)


def _average(dataset: Dataset) -> Sample:
    """The sample that is nearest to the mean of all in length: it costs what they cost on the average."""
    samples: list[Sample] = list(dataset)
    mean = sum(len(sample.input) for sample in samples) / len(samples)
    return min(samples, key=lambda sample: abs(len(sample.input) - mean))


def _asks(scorer: Any) -> tuple[str, ...]:
    return tuple(scorer.asks)


def _known(log: Log, models: Sequence[str]) -> dict[str, tuple[float | None, float]]:
    """Mean seconds and letters of the answers in the log, by model."""
    rows = log.sql(_TIMES, {"models": list(models)}).to_dict("records")
    return {row["model"]: (_number(row["seconds"]), _number(row["letters"]) or 0.0) for row in rows}


async def _judging(
    client: Client, judge: Any, sample: Sample, answer: str, known: Mapping[str, Any]
) -> list[_Asked]:
    made = await asyncio.to_thread(client.log.sql, _JUDGED, {"scorer": judge.name})
    if len(made):
        return [_as_judged(row) for row in made.to_dict("records")]
    words = json.dumps(dict(judge.params), default=str)
    text = f"{words}\n{sample.input}\n{sample.target or ''}\n{answer}"
    return [
        _Asked(
            model=client.full_name(model),
            calls=1,
            usd=await _usd(client, client.full_name(model), text, {}),
            seconds=known.get(client.full_name(model), (None, 0.0))[0],
        )
        for model in judge.asks
    ]


def _as_judged(row: Mapping[Any, Any]) -> _Asked:
    """What a judge's model was asked for each answer that it judged."""
    judged = int(row["judged"])
    usd = None if row["unknown"] else Decimal(row["usd"]) / judged
    calls, seconds = row["calls"] / judged, _number(row["seconds"])
    return _Asked(model=row["model"], calls=calls, usd=(usd, usd, usd), seconds=seconds)


async def _usd(
    client: Client, model: str, text: str, params: Mapping[str, Any]
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    found = await client.estimate(model, text, **params)
    return found.low_usd, found.expected_usd, found.high_usd


def _together(client: Client, answers: Sequence[_Asked], judging: Sequence[_Asked]) -> Cost:
    """All answers to one sample, and the judging of each of them."""
    work = [*((each, 1) for each in answers), *((each, len(answers)) for each in judging)]
    low, expected, high = (_sum(_times(each.usd[i], times) for each, times in work) for i in range(3))
    return Cost(
        calls=sum(each.calls * times for each, times in work),
        low_usd=low,
        expected_usd=expected,
        high_usd=high,
        seconds=_seconds(client, answers, judging),
    )


def _seconds(client: Client, answers: Sequence[_Asked], judging: Sequence[_Asked]) -> float | None:
    """How long that takes: until the provider is through that has the most to do, or to wait for."""
    if any(each.seconds is None for each in (*answers, *judging)):
        return None
    judged = sum(each.calls * (each.seconds or 0) for each in judging)
    asking: dict[str, float] = defaultdict(float)  # who asks waits for the judges before it asks the next
    answering: dict[str, float] = defaultdict(float)
    for each in answers:
        asking[_provider(each)] += (each.seconds or 0) + judged
        answering[_provider(each)] += each.seconds or 0
    for each in judging:
        answering[_provider(each)] += len(answers) * each.calls * (each.seconds or 0)
    return max(
        busy / client.concurrency_of(provider)
        for work in (asking, answering)
        for provider, busy in work.items()
    )


def _provider(asked: _Asked) -> str:
    return asked.model.partition("/")[0]


def _times(usd: Decimal | None, times: float) -> Decimal | None:
    return None if usd is None else usd * Decimal(times)


def _sum(costs: Iterable[Decimal | None]) -> Decimal | None:
    known = list(costs)
    return None if None in known else sum((cost for cost in known if cost is not None), Decimal(0))


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)  # noqa: PLR0124 - nan is not itself
