from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import serving

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, DataError
from workbench.evals.sample import Sample
from workbench.evals.scorers import Answer, Score, Scorer, similar
from workbench.providers import HOSTS, Host

VECTORS = {
    "up": [0.0, 2.0],
    "right": [3.0, 0.0],
    "down": [0.0, -1.0],
    "oblique": [1.0, 1.0],
    "none": [0.0, 0.0],
}
SCORER = similar("vectors/m")


class Vectors:
    """A server that knows where a few words point; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        text = body["input"][0]
        self.asked.append(text)
        if text not in VECTORS:
            return web.json_response({"error": {"message": f"what is {text}?"}}, status=400)
        data = [{"object": "embedding", "index": 0, "embedding": VECTORS[text]}]
        return web.json_response({"data": data, "model": "m", "usage": {"prompt_tokens": 1}})


@pytest.fixture
def server() -> Vectors:
    return Vectors()


@pytest.fixture
async def asker(server: Vectors, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(server.answer) as url:
        HOSTS["vectors"] = Host(name="vectors", base_url=url, needs_key=False)
        async with Client(tmp_path / "home", settings=Settings(project=tmp_path, values={})) as client:
            yield client


async def scored(client: Client, text: str, target: str, scorer: Scorer = SCORER) -> Score:
    return await scorer.score(
        Answer(text=text, sample=Sample(id="1", input="?", target=target), client=client)
    )


# cosines by hand: the same direction 1, a right angle 0, the opposite -1, half of a right angle 1/sqrt(2)
@pytest.mark.parametrize(
    ("text", "value", "cosine"),
    [("up", 1, "1.000"), ("right", 0, "0.000"), ("down", 0, "-1.000"), ("oblique", 0.5**0.5, "0.707")],
)
async def test_the_value_is_the_cosine_and_no_less_than_0(
    asker: Client, text: str, value: float, cosine: str
) -> None:
    given = await scored(asker, text, "up")
    assert given.value == pytest.approx(value, abs=1e-12)
    assert (given.label, given.explanation) == (None, f"cosine {cosine}")


@pytest.mark.parametrize(
    ("threshold", "value", "label"), [(0.7, 1, "similar"), (0.71, 0, "different"), (-1, 1, "similar")]
)
async def test_with_a_threshold_it_is_yes_or_no(
    asker: Client, threshold: float, value: float, label: str
) -> None:
    given = await scored(asker, "oblique", "up", similar("vectors/m", threshold))
    assert (given.value, given.label) == (value, label)
    assert given.explanation == f"cosine 0.707, {threshold:g} is wanted"


async def test_an_empty_answer_is_0_and_a_vector_of_zeros_or_a_failed_call_no_score(asker: Client) -> None:
    assert await scored(asker, " \n", "up") == Score(value=0.0, explanation="the answer is empty")
    assert (await scored(asker, "none", "up")).value is None
    failed = await scored(asker, "strange", "up")
    assert failed.value is None
    assert "what is strange?" in failed.explanation


async def test_a_target_is_embedded_once_in_all_epochs(asker: Client, server: Vectors) -> None:
    for epoch, text in enumerate(["right", "oblique", "right"]):
        await scored(asker.bind(epoch=epoch), text, "up")
    assert server.asked.count("up") == 1


async def test_the_simulator_finds_texts_with_the_same_words_similar(client: Client) -> None:
    same = similar("sim/swift", 0.5)
    assert (await scored(client, "rain in the north", "the rain in the north", same)).value == 1
    assert (await scored(client, "nobody knows", "the rain in the north", same)).value == 0


def test_what_cannot_be_compared_is_said_before_anything_is_asked() -> None:
    with pytest.raises(DataError, match="sample '1' has no target for the scorer 'similar:vectors/m'"):
        SCORER.check(Sample(id="1", input="?", target=None))
    with pytest.raises(ConfigError, match="threshold is 80"):
        similar("vectors/m", 80)
    assert (SCORER.name, SCORER.asks) == ("similar:vectors/m", ("vectors/m",))
