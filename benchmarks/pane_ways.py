"""The ways of showing text while it comes; runs in the kernel of a notebook.

Each way shows one part of its own per pane, and is fed on the loop that its users would feed it on.
"""

from __future__ import annotations

import asyncio
import html
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import ipywidgets
from pane_stream import Load, feed

from workbench.bridge import submit
from workbench.calls import Chunk, Completion, Message
from workbench.widgets.panes.facts import summary
from workbench.widgets.panes.panes import Head, Panes
from workbench.widgets.playground.player import Player
from workbench.widgets.playground.session import Turn
from workbench.widgets.question.draft import Draft
from workbench.widgets.text.markdown import render
from workbench.widgets.text.node_html import html_of

TENTH_S = 0.1
# What was put last may still be on its way through the threads of the kernel.
AFTER_S = 0.3
OURS = "workbench"
NOTHING = "making the tokens alone"


class Way(ABC):
    """One way: its widget, and how tokens get there.

    Attributes:
        view: What the notebook's cell shows.
    """

    view: Any = None

    def __init__(self, load: Load) -> None:
        self.load = load

    @abstractmethod
    async def play(self, start_s: float) -> None:
        """Feed all panes to the end."""


class Workbench(Way):
    """The panes of the playground, with Markdown, fed by its player from a client that streams."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self._models = tuple(f"simulated/{pane}" for pane in range(load.panes))
        self.view = Panes()
        self.view.begin([Head(name=model, colour="#0072B2") for model in self._models])
        self._player = Player(self, self._show, self._end)
        self._show(Turn.of(self._draft()))

    async def play(self, start_s: float) -> None:
        """Have the player ask this very object."""
        self._start_s = start_s
        self._player.start(self._draft())
        await self._player.ended()

    def bind(self, **_: Any) -> Workbench:
        """What a session asks of a client."""
        return self

    async def chat(
        self, model: str, _: tuple[Message, ...], *, on_chunk: Callable[[Chunk], None], **__: Any
    ) -> Completion:
        """An answer that streams at its rate."""
        pane = self._models.index(model)
        await feed(self.load, pane, self._start_s, lambda token: on_chunk(Chunk(text=token)))
        return Completion(text="".join(self.load.stream(pane)), finish_reason="stop")

    def _draft(self) -> Draft:
        return Draft(prompt="Say much.", models=self._models)

    def _show(self, turn: Turn) -> None:
        states = turn.comparison.panes()
        self.view.show(states)
        self.view.status = summary(states)

    def _end(self, turn: Turn) -> None:
        self._show(turn)
        self.view.settle()


class _Boxes(Way):
    """One ipywidget per pane, in boxes of about the size of our panes that show the end of their text."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self.parts = [self.part() for _ in range(load.panes)]
        box = ipywidgets.Layout(height="330px", overflow="auto", border="1px solid", min_width="0")
        box.flex_flow = "column-reverse"
        boxes = [ipywidgets.Box([part], layout=box).add_class("panes-box") for part in self.parts]
        columns = ipywidgets.Layout(grid_template_columns=f"repeat({max(2, load.panes // 2)}, 1fr)")
        self.view = ipywidgets.GridBox(boxes, layout=columns)

    @abstractmethod
    def part(self) -> Any:
        """The widget of one pane."""

    @abstractmethod
    def put(self, pane: int, text: str) -> None:
        """Add text to a pane now."""

    async def play(self, start_s: float) -> None:
        """Put every token as it comes."""
        await self.feed_all(start_s, self.put)

    async def feed_all(self, start_s: float, put: Callable[[int, str], None]) -> None:
        """Feed all panes at once."""
        panes = range(self.load.panes)
        await asyncio.gather(
            *(feed(self.load, pane, start_s, lambda token, pane=pane: put(pane, token)) for pane in panes)
        )


class _Tenths(_Boxes):
    """The same, but what has come is put ten times a second."""

    async def play(self, start_s: float) -> None:
        """Collect tokens, and put them every tenth of a second and at the end."""
        held = [""] * self.load.panes

        def hold(pane: int, token: str) -> None:
            held[pane] += token

        def put_all() -> None:
            for pane, text in enumerate(held):
                if text:
                    held[pane] = ""
                    self.put(pane, text)

        async def keep_putting() -> None:
            while True:
                await asyncio.sleep(TENTH_S)
                put_all()

        putting = asyncio.create_task(keep_putting())
        await self.feed_all(start_s, hold)
        putting.cancel()
        put_all()


class _Html(_Boxes):
    """HTML widgets that are given the whole text, escaped, each time."""

    def part(self) -> Any:
        return ipywidgets.HTML()

    def put(self, pane: int, text: str) -> None:
        old = self.parts[pane].value.removesuffix("</div>") or '<div style="white-space: pre-wrap">'
        self.parts[pane].value = f"{old}{html.escape(text)}</div>"


class _Markdown(_Html):
    """HTML widgets that are given the whole text each time, its Markdown rendered by the workbench."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self._texts = [""] * load.panes

    def put(self, pane: int, text: str) -> None:
        self._texts[pane] += text
        self.parts[pane].value = html_of(render(self._texts[pane], whole=True)[0])


class _Output(_Boxes):
    """Output widgets that capture what is printed: only the new text."""

    def part(self) -> Any:
        return ipywidgets.Output()

    def put(self, pane: int, text: str) -> None:
        with self.parts[pane]:
            print(text, end="", flush=True)


class HtmlPerToken(_Html):
    """HTML widgets, set at every token."""


class HtmlTenths(_Html, _Tenths):
    """HTML widgets, set every tenth of a second."""


class MarkdownTenths(_Markdown, _Tenths):
    """The same with Markdown, set every tenth of a second."""


class OutputPerToken(_Output):
    """Output widgets, printed to at every token."""


class OutputTenths(_Output, _Tenths):
    """Output widgets, printed to every tenth of a second."""


class Nothing(_Boxes):
    """Nobody shows anything: what making the tokens costs."""

    def part(self) -> Any:
        """A widget that stays empty."""
        return ipywidgets.HTML()

    def put(self, pane: int, text: str) -> None:
        """Forget it."""


WAYS: dict[str, type[Way]] = {
    OURS: Workbench,
    "HTML widget, per token": HtmlPerToken,
    "HTML widget, 10 Hz": HtmlTenths,
    "HTML widget with Markdown, 10 Hz": MarkdownTenths,
    "Output widget, per token": OutputPerToken,
    "Output widget, 10 Hz": OutputTenths,
    NOTHING: Nothing,
}


async def play(way: Way, result: Path) -> None:
    """Stream now; then write when it began and what CPU it took, in seconds, as JSON."""
    start_s, cpu_s = time.time(), time.process_time()
    await way.play(start_s)
    await asyncio.sleep(AFTER_S)
    done = {"start_s": start_s, "cpu_s": time.process_time() - cpu_s}
    unfinished = result.with_suffix(".part")
    unfinished.write_text(json.dumps(done))
    unfinished.rename(result)


def play_in_background(way: Way, result: Path) -> Future[None]:
    """The same beside the cell, which ends at once, as the playground does it."""
    return submit(play(way, result))
