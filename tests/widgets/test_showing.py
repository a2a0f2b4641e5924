"""Alive in front of a person, and as HTML that outlives the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ipywidgets
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from workbench.widgets.showing import Showing

WIDGET = "application/vnd.jupyter.widget-view+json"


class Counter(Showing):
    def __init__(self) -> None:
        self.count = 0
        self.view = ipywidgets.Label("alive")

    def static_html(self) -> str:
        return f"<p>count {self.count}</p>"

    def static_text(self) -> str:
        return f"count {self.count}"


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What is displayed, in order."""
    publisher = CapturingDisplayPublisher()
    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "display_pub", publisher)
    yield publisher.outputs
    InteractiveShell.clear_instance()


def test_a_machine_gets_the_static_form_alone(outputs: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HEADLESS", "1")
    Counter()._ipython_display_()
    (output,) = outputs
    assert "<p>count 0</p>" in output["data"]["text/html"]
    assert output["data"]["text/plain"] == "count 0"


def test_a_person_gets_the_widget_and_a_twin_that_it_hides(
    outputs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKBENCH_HEADLESS", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    counter = Counter()
    counter._ipython_display_()
    alive, twin = outputs
    assert WIDGET in alive["data"]
    assert "<p>count 0</p>" in twin["data"]["text/html"]
    name = twin["transient"]["display_id"]
    assert f'<div id="{name}">' in twin["data"]["text/html"]
    assert counter._page.name == name


def test_the_twin_is_kept_up_to_date(outputs: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_HEADLESS", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    counter = Counter()
    counter.keep()  # not shown yet: nothing to keep
    assert outputs == []
    counter._ipython_display_()
    counter.count = 3
    counter.keep()
    assert outputs[-1]["update"]
    assert outputs[-1]["transient"] == outputs[-2]["transient"]
    assert "count 3" in outputs[-1]["data"]["text/html"]


def test_a_page_that_was_opened_anew_asks_and_is_told_what_the_twin_says_now(
    outputs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKBENCH_HEADLESS", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    counter = Counter()
    counter._ipython_display_()
    told: list[Any] = []
    counter._page.send = told.append  # type: ignore[method-assign] # the way to the page
    counter.count = 3
    counter._page._handle_custom_msg("ask", [])
    counter.keep()
    assert told == [outputs[-1]["data"]] * 2
