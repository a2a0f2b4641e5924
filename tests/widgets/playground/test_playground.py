from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from workbench.calls import Chunk, Completion, Message
from workbench.errors import ConfigError
from workbench.widgets.playground.playground import Playground, playground


class Client:
    """Answers `quick/…` at once, fails `broken/…`, and lets the others wait until they are cancelled."""

    def __init__(self) -> None:
        self.under_way = threading.Event()
        self.asked: list[tuple[str, list[Message], dict[str, Any]]] = []

    async def chat(
        self, model: str, messages: Any, *, stream: bool, on_chunk: Any, on_wait: Any, **params: Any
    ) -> Completion:
        self.asked.append((model, list(messages), params))
        if model.startswith("broken/"):
            raise ConfigError("no key")
        on_chunk(Chunk(text="so "))
        if not model.startswith("quick/"):
            self.under_way.set()
            await asyncio.Event().wait()
        return Completion(text="so far", finish_reason="stop")

    def bind(self, **marks: Any) -> Client:
        self.marks = marks
        return self


def states(panel: Playground) -> list[str]:
    return [pane["state"] for pane in panel.panes.live()["answers"]]


async def stopped_once_under_way(panel: Playground, client: Client) -> dict[str, Completion]:
    work = asyncio.create_task(panel.run())
    await asyncio.to_thread(client.under_way.wait, 10)
    panel.stop()
    return await asyncio.wait_for(work, timeout=10)


async def test_a_run_gives_the_completions_by_model() -> None:
    panel = playground(Client(), ["quick/a", "broken/b"], "Why?")
    results = await panel.run()
    assert {model: answer.text for model, answer in results.items()} == {"quick/a": "so far"}
    assert panel.results == results
    assert isinstance(panel.errors["broken/b"], ConfigError)
    assert states(panel) == ["done", "failed"]
    assert panel.panes.status.startswith("1 done, 1 failed")


async def test_prompt_system_and_parameters_reach_every_call() -> None:
    client = Client()
    await playground(client, ["quick/a", "quick/b"], "Why?", system="Be brief.", temperature=0).run()
    messages = [Message(role="system", content="Be brief."), Message(role="user", content="Why?")]
    assert client.asked == [(model, messages, {"temperature": 0}) for model in ("quick/a", "quick/b")]


async def test_stop_ends_the_run_and_it_gives_what_was_done() -> None:
    client = Client()
    panel = playground(client, ["quick/a", "slow/b"], "Why?")
    results = await stopped_once_under_way(panel, client)
    assert list(results) == ["quick/a"]
    assert states(panel) == ["done", "stopped"]
    assert (panel.running, panel.bar.run_button.disabled, panel.bar.stop_button.disabled) == (
        False,
        False,
        True,
    )


async def test_stop_right_after_the_start_asks_nobody_for_long() -> None:
    panel = playground(Client(), ["slow/a", "slow/b"], "Why?")
    work = asyncio.create_task(panel.run())
    await asyncio.sleep(0)  # the task has begun, its work on the other loop may not have
    panel.stop()
    assert await asyncio.wait_for(work, timeout=10) == {}
    assert states(panel) == ["stopped", "stopped"]


async def test_after_a_stop_it_can_run_again() -> None:
    client = Client()
    panel = playground(client, ["slow/a"], "Why?")
    await stopped_once_under_way(panel, client)
    panel.picker.boxes["slow/a"].value = False
    panel.picker.add("quick/b")
    assert list(await panel.run()) == ["quick/b"]


async def test_a_second_run_while_one_is_under_way_is_refused() -> None:
    client = Client()
    panel = playground(client, ["slow/a"], "Why?")
    work = asyncio.create_task(panel.run())
    await asyncio.to_thread(client.under_way.wait, 10)
    with pytest.raises(ConfigError, match="under way"):
        await panel.run()
    panel.bar.run_button.click()
    panel.stop()
    await work
    assert [model for model, _, _ in client.asked] == ["slow/a"]


def test_run_without_a_prompt_or_a_model_says_so() -> None:
    panel = playground(Client(), ["quick/a"], "  ")
    panel.bar.run_button.click()
    assert "prompt is empty" in panel.panes.status
    panel.composer.prompt.value = "Why?"
    panel.picker.boxes["quick/a"].value = False
    panel.bar.run_button.click()
    assert "No model is chosen" in panel.panes.status
    assert not panel.running


async def test_the_run_button_does_what_run_does() -> None:
    client = Client()
    panel = playground(client, ["slow/a"], "Why?")
    panel.bar.run_button.click()
    await asyncio.to_thread(client.under_way.wait, 10)
    assert panel.running
    panel.bar.stop_button.click()
    await asyncio.wait_for(panel.ended(), timeout=10)
    assert states(panel) == ["stopped"]


def test_before_the_first_run_the_panes_follow_the_choice() -> None:
    panel = playground(Client(), ["quick/a"], choices=["quick/b"])
    panel.picker.boxes["quick/b"].value = True
    assert [head["name"] for head in panel.panes.live()["heads"]] == ["quick/a", "quick/b"]
    assert states(panel) == ["ready", "ready"]
