"""Evaluations whose answers have to fit a schema: what does not fit is an answer all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel
from scripted_model import Scripted, client_of

from workbench.client import Client
from workbench.config import Settings
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.runs import evaluate


class Capital(BaseModel):
    city: str


def dataset_of(folder: Path) -> Dataset:
    path = folder / "two.jsonl"
    path.write_text(
        '{"id": "1", "input": "Norway?", "target": "Oslo"}\n{"id": "2", "input": "Peru?", "target": "Lima"}\n'
    )
    return load_dataset(path)


async def test_an_answer_that_does_not_fit_is_scored_and_not_an_error(tmp_path: Path) -> None:
    dataset, params = dataset_of(tmp_path), {"schema": Capital}
    server = Scripted('{"city": "Oslo"}', "Lima")
    async with client_of(server, tmp_path) as client:
        experiment = await evaluate(client, ["scripted/m"], dataset, **params)
        assert experiment.problems == {}
        assert set(client.log.calls(experiment=experiment.id)["status"]) == {"ok"}
        assert len(client.log.scores(experiment=experiment.id)) == 2
        [run] = client.log.runs(experiment=experiment.id).to_dict("records")
        assert run["params"] == '{"schema":"Capital"}'
        # It goes on under its id, with the same class.
        await evaluate(client, ["scripted/m"], dataset, experiment=experiment.id, **params)
    assert len(server.asked) == 2


async def test_a_replay_gives_the_objects_without_asking(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"schema": Capital}
    async with client_of(Scripted('{"city": "Oslo"}'), tmp_path) as client:
        bound = client.bind(experiment="e1", run="r", sample="1", epoch=0)
        first = await bound.chat("scripted/m", "Norway?", **asked)
    replaying = Client(tmp_path / "home", settings=Settings(project=tmp_path, values={}), replay="e1")
    again = await replaying.bind(experiment="e1", run="r", sample="1", epoch=0).chat(
        "scripted/m", "Norway?", **asked
    )
    assert again.parsed == first.parsed == Capital(city="Oslo")
    assert again.output_by == "native"
