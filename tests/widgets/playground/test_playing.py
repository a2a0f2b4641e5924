"""The playground over a real client: blind votes, replies, repeats, old conversations, the twin."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.bridge import run
from workbench.calls import Completion
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.widgets.playground.play_keys import PlayKeys
from workbench.widgets.playground.playground import Playground, playground

MODELS = ("sim/swift", "sim/steady", "sim/local")


@pytest.fixture
def client(tmp_path: Path, simulated: Settings) -> Client:
    """One that asks again: the simulated models have their bad moments."""
    return Client(tmp_path / "home", settings=simulated)


def panel(client: Client, prompt: str = "What is the capital of Norway?", **options: Any) -> Playground:
    return playground(client, MODELS, prompt, choices=MODELS, **options)


def heads(shown: Playground) -> list[str]:
    return [head["name"] for head in shown.panes.live()["heads"]]


async def done(work: Any) -> None:
    await asyncio.wait_for(asyncio.wrap_future(work), timeout=20)


async def test_blind_names_are_hidden_until_a_vote_which_the_log_keeps(client: Client) -> None:
    shown = panel(client)
    shown.bar.blind.value = True
    assert heads(shown) == ["Model A", "Model B", "Model C"]
    await shown.run()
    assert heads(shown) == ["Model A", "Model B", "Model C"]
    saved = shown.static_html() + shown.static_text()
    assert not any(name in str(shown.panes.live()) + saved for name in MODELS)
    assert "Model B" in saved
    asked = shown.player.last.draft.models
    assert shown.panes.voting
    assert shown.errors == {}
    await done(shown.votes.choose([1]))
    assert heads(shown) == list(asked)
    assert set(asked) == set(MODELS)
    assert shown.panes.chosen == [1]
    (vote,) = client.log.labels(kind="vote").to_dict("records")
    assert list(vote["chosen"]) == [shown.results[asked[1]].call_id]
    assert list(vote["calls"]) == [shown.results[model].call_id for model in asked]
    assert vote["blind"]
    assert f"best: {asked[1]}" in shown.static_html()


async def test_a_vote_can_be_changed_and_taken_back(client: Client) -> None:
    shown = panel(client)
    await shown.run()
    await done(shown.votes.choose([0]))
    assert shown.panes.chosen == [0]
    await done(shown.votes.choose([0, 2]))
    assert shown.panes.chosen == [0, 2]
    await done(shown.votes.choose([]))
    assert shown.panes.chosen == []
    assert [list(chosen) for chosen in client.log.labels()["chosen"]] == [[]]
    assert shown.votes.votes == ["none is good"]
    await done(shown.votes.undo())
    assert client.log.labels().empty
    assert (shown.votes.votes, shown.votes.undo(), shown.votes.undo_button.disabled) == ([], None, True)


async def test_clicks_that_follow_each_other_quickly_are_votes_one_by_one(client: Client) -> None:
    shown = panel(client)
    await shown.run()

    async def click() -> list[Any]:  # on the loop that keeps votes, so that all come before the first is kept
        return [shown.votes.choose([0]), shown.votes.choose([1]), shown.votes.choose([2])]

    async def click_undo() -> list[Any]:
        return [shown.votes.undo(), shown.votes.undo()]

    for work in run(click()):
        await done(work)
    assert shown.votes.votes == ["best: sim/local"]
    for work in run(click_undo()):
        await done(work)
    assert shown.votes.votes == []
    assert client.log.labels().empty


async def test_a_vote_that_is_kept_while_a_new_run_begins_shows_none_of_its_names(client: Client) -> None:
    shown = panel(client)
    shown.bar.blind.value = True
    await shown.run()

    async def vote_and_run() -> Any:
        vote = shown.votes.choose([0])
        shown.bar.run_button.click()
        return vote

    await done(run(vote_and_run()))
    assert heads(shown) == ["Model A", "Model B", "Model C"]
    await shown.ended()
    assert shown.votes.votes == []
    assert len(client.log.labels()) == 1


async def test_where_the_log_cannot_be_written_status_and_vote_say_so(
    tmp_path: Path, simulated: Settings
) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    client = Client(tmp_path / "home", settings=simulated)
    shown = panel(client)
    await shown.run()
    assert "3 done" in shown.panes.status
    assert "cannot be written" in shown.panes.status
    await done(shown.votes.choose([0]))
    assert "Not saved yet: the call log in" in shown.votes._words.value
    (tmp_path / "home").unlink()
    client.recorder.close()  # writes what waits
    assert len(client.log.calls()) == 3
    assert len(client.log.labels()) == 1
    await done(shown.votes.choose([1]))
    assert "Not saved" not in shown.votes._words.value


async def test_one_answer_is_nothing_to_vote_on(client: Client) -> None:
    shown = playground(client, ["sim/swift"], "Why?")
    shown.bar.blind.value = True
    await shown.run()
    assert (shown.panes.voting, shown.votes.choose([0])) == (False, None)
    assert heads(shown) == ["sim/swift"]  # hidden no longer: no vote would ever show it


async def test_a_reply_goes_on_with_each_models_own_conversation(client: Client) -> None:
    shown = panel(client)
    assert shown.bar.reply_button.disabled
    first = await shown.run()
    shown.composer.prompt.value = "And of Peru?"
    assert not shown.bar.reply_button.disabled
    shown.bar.reply_button.click()
    await shown.ended()
    assert [turn.draft.prompt for turn in shown.player.session.turns] == [
        "What is the capital of Norway?",
        "And of Peru?",
    ]
    (past,) = shown.panes.live()["heads"][0]["past"]
    assert past["prompt"] == "What is the capital of Norway?"
    row = client.log.call(shown.results["sim/swift"].call_id)
    assert first["sim/swift"].text in row["request"]
    assert row["tags"] == {"playground": shown.player.session.id, "turn": "2"}
    assert "What is the capital of Norway?" in shown.static_html()
    assert "And of Peru?" in shown.static_html()


async def test_run_begins_a_new_conversation(client: Client) -> None:
    shown = panel(client)
    await shown.run()
    first = shown.player.session.id
    await shown.run()
    assert shown.player.session.id != first
    assert shown.panes.live()["heads"][0]["past"] == []


async def test_repeats_and_parameters_of_one_model_reach_the_calls(client: Client) -> None:
    shown = panel(client, temperature=0)
    shown.form.fields["sim/local", "seed"].value = "7"
    shown.form._repeats.value = 2
    await shown.run()
    calls = client.log.sql("SELECT model, epoch, params FROM calls ORDER BY model, epoch")
    assert list(zip(calls["model"], calls["epoch"], strict=True)) == [
        (model, epoch) for model in ("local", "steady", "swift") for epoch in (0, 1)
    ]
    seeds = {row.model: row.params for row in calls.itertuples()}
    assert '"seed":7' in seeds["local"].replace(" ", "")
    assert "seed" not in seeds["swift"]
    assert len(shown.panes.live()["answers"]) == 6


async def test_a_parameter_that_cannot_be_read_is_said_and_nobody_is_asked(client: Client) -> None:
    shown = panel(client)
    shown.form.fields["", "temperature"].value = "warm"
    with pytest.raises(ConfigError, match=r"A parameter cannot be sent: .*warm"):
        await shown.run()
    shown.bar.run_button.click()
    assert "warm" in shown.panes.status
    assert client.log.calls().empty


async def test_an_old_conversation_is_opened_without_asking_anybody_and_goes_on(client: Client) -> None:
    old = panel(client, "Where is {place}?", system="Be brief.", seed=3)
    old.composer.blanks.write({"place": "Oslo"})
    await old.run()
    shown = playground(client, ["sim/swift", "sim/local"], "Something else")
    await shown.run()
    await done(shown.votes.choose([0]))
    assert shown.history is not None
    shown.history.search.value = "Oslo"
    await done(shown.history.refresh())
    await done(shown.history.open())
    assert shown.draft == old.draft
    assert {model: answer.text for model, answer in shown.results.items()} == {
        model: answer.text for model, answer in old.results.items()
    }
    assert shown.votes.votes == []  # they were about the other conversation
    assert len(client.log.calls()) == 5
    shown.bar.reply_button.click()
    await shown.ended()
    assert len(client.log.calls()) == 8
    assert [len(past["nodes"]) > 0 for past in shown.panes.live()["heads"][0]["past"]] == [True]


async def test_a_conversation_that_went_on_from_an_old_one_opens_as_one(client: Client) -> None:
    shown = panel(client, "First?")
    await shown.run()
    shown.composer.prompt.value = "Second?"
    shown.bar.reply_button.click()
    await shown.ended()
    assert shown.history is not None
    for prompt in ("Third?", "Fourth?"):
        await done(shown.history.refresh())  # the newest is marked
        await done(shown.history.open())
        shown.composer.prompt.value = prompt
        shown.bar.reply_button.click()
        await shown.ended()
    await done(shown.history.refresh())
    await done(shown.history.open())
    turns = shown.player.session.turns
    assert [turn.draft.prompt for turn in turns] == ["First?", "Second?", "Third?", "Fourth?"]
    assert [len(turn.comparison.results) for turn in turns] == [3, 3, 3, 3]
    first = [answer.text for answer in turns[0].comparison.results.values()]
    assert len(set(first)) == 3  # each model's own


async def test_the_twin_has_the_numbers_of_every_answer_and_how_alike_they_are(client: Client) -> None:
    shown = panel(client)
    await shown.run()
    page = shown.static_html()
    for model, answer in shown.results.items():
        assert isinstance(answer, Completion)
        assert model in page
        assert f"{answer.timing.duration_s:.2f} s" in page
    assert shown.charts.similarity is not None
    assert shown.static_text().startswith("Playground: sim/swift, sim/steady, sim/local: 3 done")


async def test_a_key_that_was_given_is_sent_and_written_down_nowhere(client: Client) -> None:
    key = "sk-canary-8c1f77a1b2c3"
    shown = panel(client, api_key=key)
    shown.form.write(replace(shown.draft, own_params={"sim/local": {"api_key": key}}))
    shown.code.button.value = True
    await shown.run()
    assert shown.draft.params_of("sim/swift")["api_key"] == key
    assert "# The playground has api_key too" in shown.code.code
    assert "sim/local: api_key = ***" in shown.static_html()
    parts = (shown.composer.view, shown.form.view, shown.panes, shown.code.box)
    for text in (shown.code.code, shown.static_html(), *(repr(part.get_state()) for part in parts)):
        assert key not in text


async def test_the_code_is_of_what_the_boxes_say_now(client: Client) -> None:
    shown = panel(client)
    shown.code.button.value = True
    shown.composer.prompt.value = "How many moons?"
    assert "How many moons?" in shown.code.code
    assert "How many moons?" in shown.code.box.value


async def test_what_the_page_has_in_its_boxes_is_what_run_asks(client: Client) -> None:
    shown = panel(client, "Where is {place}?")
    keys = shown.view.children[-2]
    assert isinstance(keys, PlayKeys)
    keys._handle_custom_msg({"texts": {"Prompt": "Where is {place} today?", "{place}": "Oslo"}}, [])
    await shown.run()
    assert shown.player.last.draft.words() == "Where is Oslo today?"
    assert shown.player.last.draft.system == ""
