"""What an evaluation asks of a data set with choices, and what the log keeps of its version."""

from __future__ import annotations

from workbench.client import Client
from workbench.evals.dataset import load_dataset
from workbench.evals.runs import evaluate

ROWS = [{"question": "Which letter has box 1, A, B, C or D?", "choices": ["x", "y"], "answer": "y"}]


async def test_choices_are_asked_and_the_version_is_kept(client: Client) -> None:
    dataset = load_dataset(ROWS, name="boxes", version="3")
    await evaluate(client, ["sim/swift"], dataset)
    runs = client.log.sql("SELECT dataset, dataset_version, dataset_hash FROM runs")
    assert runs.to_dict("records") == [
        {"dataset": "boxes", "dataset_version": "3", "dataset_hash": dataset.hash}
    ]
    (row,) = client.log.sql("SELECT sample, target, scorer FROM scores").to_dict("records")
    assert row == {"sample": "1", "target": "B", "scorer": "choice"}
    asked = str(client.log.sql("SELECT request FROM calls").request[0])
    assert "box 1, A, B, C or D?\\nA) x\\nB) y\\nAnswer with only the letter." in asked
