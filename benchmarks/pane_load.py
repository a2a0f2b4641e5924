"""The measured side of `panes`: one way in a JupyterLab and Chromium of its own; a line of JSON comes of it.

`python benchmarks/pane_load.py WAY SECONDS PANES,… RATE,…`, the rates going up.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab import CHROMIUM_ARGS, Lab, chromium, log_in, open_notebook, run_all, running_lab
from pane_stream import PATIENCE_S, Load, lags_s
from pane_ways import OURS
from playwright.async_api import BrowserContext, Error, Page, async_playwright

MOST_LAG_S = 0.5
STEPS_GIVEN_UP_AFTER = 2
DRAIN_S = 1.0
ANSWER_S = 10.0
SELECTORS = {OURS: ".workbench-text"}
OTHERS = ".panes-box"
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
SHOW = """
import sys
sys.path.insert(0, {folder!r})
from pathlib import Path
from pane_stream import Load
from pane_ways import WAYS, play, play_in_background
way = WAYS[{way!r}](Load(panes={load.panes}, rate={load.rate}, seconds={load.seconds}))
way.view
"""
# An Output widget captures while its cell runs; the playground's cell has ended long ago.
PLAY = {OURS: "work = play_in_background(way, Path({result!r}))"}
PLAY_IN_CELL = "await play(way, Path({result!r}))"
# After each frame was painted: the newest mark of each pane, looked for from the end of its text.
WATCH = """selector => {
    const panes = [...document.querySelectorAll(selector)];
    const newest = panes.map(() => -1);
    const watched = window.watched = {seen: [], frames: 0, seconds: 0, visible: document.visibilityState};
    const began = performance.now();
    const find = pane => {
        const walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
        let text = "";
        for (let node = walker.lastChild(); node && text.length < 4000; node = walker.previousNode()) {
            text = node.data.slice(-4000) + text;
            const found = [...text.matchAll(/@(\\d+)@/g)].at(-1);
            if (found) return Number(found[1]);
        }
        return -1;
    };
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
        const now = Date.now() / 1000;
        panes.forEach((pane, index) => {
            const mark = find(pane);
            if (mark > newest[index]) watched.seen.push([now, index, newest[index] = mark]);
        });
    };
    const tick = () => {
        watched.frames += 1;
        watched.seconds = (performance.now() - began) / 1000;
        port2.postMessage(null);
        requestAnimationFrame(tick);
    };
    tick();
}"""


@dataclass(frozen=True, kw_only=True)
class Level:
    """What became of one load.

    Attributes:
        lag_p95_s: From when a token was due to when it was in the page, 95th percentile; `None` where one in
            twenty never was.
        cpu_s: CPU seconds of the kernel for 1,000 tokens; `None` where it did not come to an end.
        frames_per_s: That the page painted.
    """

    lag_p95_s: float | None
    cpu_s: float | None
    frames_per_s: float

    @property
    def kept_up(self) -> bool:
        """Whether the panes were no more than `MOST_LAG_S` late."""
        return self.lag_p95_s is not None and self.lag_p95_s <= MOST_LAG_S


async def measure(
    way: str, seconds: float, panes: Sequence[int], rates: Sequence[int]
) -> dict[int, dict[int, Level]]:
    """The levels by panes and rate; the steps after two that failed in a row are left out."""
    found: dict[int, dict[int, Level]] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, running_lab(Path(folder)) as lab:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGS))
            context = await browser.new_context(base_url=lab.url, viewport={"width": 1360, "height": 1100})
            await log_in(context, lab)
            for count in panes:
                levels = found[count] = {}
                for rate in rates:
                    load = Load(panes=count, rate=rate, seconds=seconds)
                    levels[rate] = await _level(context, lab, way, load)
                    last = list(levels.values())[-STEPS_GIVEN_UP_AFTER:]
                    if len(last) == STEPS_GIVEN_UP_AFTER and not any(level.kept_up for level in last):
                        break
            await browser.close()
    return found


async def _level(context: BrowserContext, lab: Lab, way: str, load: Load) -> Level:
    """One load in a fresh page with a fresh kernel."""
    page = await context.new_page()
    show = SHOW.format(folder=str(Path(__file__).parent), way=way, load=load)
    await open_notebook(page, lab.write("panes.ipynb", show))
    await run_all(page)
    selector = SELECTORS.get(way, OTHERS)
    await page.wait_for_function(
        "([selector, count]) => document.querySelectorAll(selector).length === count",
        arg=[selector, load.panes],
    )
    await page.evaluate(WATCH, selector)
    result = f"{load.panes}-{load.rate}.json"
    code = PLAY.get(way, PLAY_IN_CELL).format(result=result)
    await page.evaluate(f"code => void {KERNEL}.requestExecute({{code}})", code)
    ended = await _ended(lab.root / result, load.seconds + PATIENCE_S + ANSWER_S)
    watched = await _watched(page)
    await _end_kernels(context, lab)
    await page.close()
    lag_s = percentile_95(lags_s(load, ended["start_s"], watched["seen"])) if ended and watched else math.inf
    return Level(
        lag_p95_s=None if math.isinf(lag_s) else lag_s,
        cpu_s=ended["cpu_s"] * 1000 / (load.tokens * load.panes) if ended else None,
        frames_per_s=watched["frames"] / watched["seconds"] if watched else 0.0,
    )


async def _ended(result: Path, patience_s: float) -> dict[str, float] | None:
    """What the kernel wrote at the end, `None` where it has not ended after so long."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := _taken(result):
            return found
        await asyncio.sleep(0.1)
    return None


def _taken(result: Path) -> dict[str, float] | None:
    if not result.exists():
        return None
    found: dict[str, float] = json.loads(result.read_text())
    result.unlink()
    return found


async def _watched(page: Page) -> dict[str, Any] | None:
    """What the page saw, a little after the end; `None` where it is too busy to tell."""
    await asyncio.sleep(DRAIN_S)
    try:
        watched: dict[str, Any] = await asyncio.wait_for(page.evaluate("window.watched"), ANSWER_S)
    except (TimeoutError, Error):
        return None
    if watched["visible"] != "visible" or watched["frames"] < 2:
        raise RuntimeError(f"the page, {watched['visible']}, was painted {watched['frames']} times")
    return watched


async def _end_kernels(context: BrowserContext, lab: Lab) -> None:
    headers = {"Authorization": f"token {lab.token}"}
    sessions = await (await context.request.get("/api/sessions", headers=headers)).json()
    for session in sessions:
        await context.request.delete(f"/api/sessions/{session['id']}", headers=headers)


def percentile_95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


if __name__ == "__main__":
    _, way_, seconds_, panes_, rates_ = sys.argv
    counts = [[int(each) for each in text.split(",")] for text in (panes_, rates_)]
    measured = asyncio.run(measure(way_, float(seconds_), *counts))
    as_json = {
        count: {rate: {**asdict(level), "kept_up": level.kept_up} for rate, level in levels.items()}
        for count, levels in measured.items()
    }
    print(json.dumps(as_json))
