"""What samples are put into before they are asked, and experiments that compare several ways to put them."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.analysis.results import experiments, results, summary
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.prompts import Prompt, prompts_of
from workbench.evals.runs import evaluate

ROWS = [
    {"input": "2 + 2?", "target": "4", "hint": "Add.", "category": "sums"},
    {"input": 'Read {"a": 1}', "target": "1", "hint": "{input}", "category": "json"},
]


@pytest.fixture
def dataset() -> Dataset:
    return load_dataset(ROWS, name="two")


def test_a_template_is_filled_with_what_the_data_set_says(dataset: Dataset) -> None:
    [prompt] = prompts_of("{category}: {input} ({hint})", dataset)
    assert [prompt.message(sample) for sample in dataset] == [
        "sums: 2 + 2? (Add.)",
        'json: Read {"a": 1} ({input})',  # what is filled in is not filled again
    ]


def test_without_a_template_a_sample_is_asked_as_it_is(dataset: Dataset) -> None:
    assert prompts_of(None, dataset) == (Prompt(),)
    assert Prompt().message(dataset.samples[1]) == 'Read {"a": 1}'


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("Answer!", "has no variable, so that every sample would be asked the same"),
        ("{input} {topic}", r"has \{topic\}, for which sample '1' has nothing: it has \{hint\}, \{id\}"),
        ("{input} {target}", r"has \{target\}"),  # the answer is no part of the question
        ({"short": "{input}", "long": "Think."}, "the prompt 'long' has no variable"),
        ({}, "no prompts: give a template"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(
    dataset: Dataset, template: str | dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        prompts_of(template, dataset)


async def test_prompts_are_compared_as_models_are(
    tmp_path: Path, simulated: Settings, questions_path: Path
) -> None:
    dataset = load_dataset(questions_path).take(6)
    prompts = {"plain": "{input}", "careful": "{input}\nThink first."}
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        made = await evaluate(client, ["sim/swift", "sim/local"], dataset, prompt=prompts, experiment="e")
        assert made.models == tuple(
            f"{model} [{prompt}]" for model in ("sim/swift", "sim/local") for prompt in prompts
        )
        table = summary(results(client.log, "e"))
        assert table["model"].tolist() == list(made.models)
        assert table["n"].tolist() == [6] * 4
        asked = client.log.calls(run="e:sim/swift [careful]")["request"]
        assert all("Think first." in request for request in asked)
        runs = client.log.runs(experiment="e").set_index("id")
        assert runs.loc["e:sim/local [careful]", "prompt"] == "careful"
        assert "Think first." in str(runs.loc["e:sim/local [careful]", "params"])
        assert experiments(client.log)["complete"].tolist() == [True]
        again = await evaluate(client, ["sim/swift", "sim/local"], dataset, prompt=prompts, experiment="e")
        assert (again.errors, len(client.log.calls())) == ({}, 24)
        with pytest.raises(ConfigError, match="begun with other prompt"):
            await evaluate(
                client,
                ["sim/swift", "sim/local"],
                dataset,
                prompt=prompts | {"careful": "{input}\nThink twice."},
                experiment="e",
            )
        with pytest.raises(ConfigError, match="begun with other models"):
            await evaluate(client, ["sim/swift", "sim/local"], dataset, experiment="e")
    replay = Client(home=client.home, settings=simulated, replay="e")
    shown = await evaluate(replay, ["sim/swift", "sim/local"], dataset, prompt=prompts)
    assert shown.models == made.models
