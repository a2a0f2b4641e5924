"""Charts beside the panes of a run, in a real JupyterLab."""

from __future__ import annotations

from pathlib import Path

from lab import Lab, change_theme, console_errors, open_notebook, run_all, screenshot, wait_idle
from playwright.async_api import Locator, Page, expect
from scripted import HOSTILE, STORY

from workbench.analysis.agreement.similarity import text_similarity

MODELS = ("story/quick", "hostile/free", "endless/one")
RUN = f"""
import asyncio, ipywidgets
from scripted import Scripted
from workbench.bridge import background_loop, submit
from workbench.plots import colours
from workbench.widgets.panes.comparison import Comparison
from workbench.widgets.charts.live_charts import LiveCharts
from workbench.widgets.panes.panes import Panes

models, panes, charts = {MODELS!r}, Panes(), LiveCharts()
comparison = Comparison(models)

async def ask_for(of, observers):
    return await Scripted().chat(of[0], [], stream=True, **observers)

async def run():
    charts.begin(models, colours(models))
    asking = asyncio.create_task(comparison.ask(ask_for))
    stop.on_click(lambda _: background_loop().call_soon_threadsafe(asking.cancel))
    while not asking.done():
        for part in (panes, charts):
            part.show(comparison.panes())
        await asyncio.wait([asking], timeout=0.04)
    panes.show(comparison.panes())
    charts.settle(comparison.panes())

go, stop = ipywidgets.Button(description="Go"), ipywidgets.Button(description="Halt")
go.on_click(lambda _: submit(run()))
ipywidgets.VBox([go, stop, panes, charts.view])
"""


def button(page: Page, name: str) -> Locator:
    return page.locator("button.jupyter-button", has_text=name).first


async def beside_bars(page: Page) -> list[str]:
    """The words of the four panels, model by model."""
    return [text.strip() for text in await page.locator(".textpoint").all_text_contents()]


async def durations(page: Page) -> list[str]:
    return (await beside_bars(page))[len(MODELS) : 2 * len(MODELS)]


async def test_charts_follow_a_run_match_its_panes_and_outlive_a_reload(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    lab.copy(Path(__file__).parent / "scripted.py")
    await open_notebook(page, lab.write("charts.ipynb", RUN))
    await run_all(page)
    await button(page, "Charts").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("the charts fill while the models answer")).to_be_visible()

    await button(page, "Go").click()
    points = page.locator(".point")
    await expect(points.first).to_be_visible(timeout=30_000)  # the charting library has 5 MB
    panes = page.locator(".workbench-pane")
    await expect(panes.locator(".workbench-word")).to_have_text(["done", "done", "streaming"])
    await expect(page.locator(".js-plotly-plot")).to_have_count(1)
    early = (await durations(page))[2]
    await page.wait_for_function(
        "([place, early]) => document.querySelectorAll('.textpoint')[place].textContent.trim() !== early",
        arg=[len(MODELS) + 2, early],
    )

    await button(page, "Halt").click()
    charts = page.locator(".js-plotly-plot")
    await expect(charts).to_have_count(2)
    shown = await beside_bars(page)
    for place in (0, 1):  # the one that was stopped has words in place of numbers
        time, ttft, speed, _, cost = await panes.nth(place).locator(".workbench-value").all_text_contents()
        assert shown[place :: len(MODELS)] == [ttft, time, speed, cost]
    assert shown[2 :: len(MODELS)] == ["stopped"] * 4
    share = f"{100 * text_similarity(STORY * 2, HOSTILE):.0f}"
    assert (await charts.nth(1).locator(".heatmap-label").all_text_contents()).count(share) == 2
    await expect(page.get_by_text(f"story/quick and hostile/free agree to {share} %.")).to_be_visible()
    for theme in ("Dark", "Light"):
        await change_theme(page, f"JupyterLab {theme}")
        await screenshot(page, f"charts-{theme.lower()}", ".jp-OutputArea:has(.js-plotly-plot)")

    for width in (1300, 900):
        await page.set_viewport_size({"width": width, "height": 1100})
        await page.wait_for_function(
            """() => [...document.querySelectorAll('.js-plotly-plot')].every(plot => {
                const [drawn, given] = [plot.querySelector('.main-svg'), plot.parentElement];
                return drawn.clientWidth === Math.max(given.clientWidth, 560);
            })"""
        )

    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await page.reload()
    await wait_idle(page)
    await expect(charts).to_have_count(2)
    assert await beside_bars(page) == shown
    assert [url for url in fetched if not url.startswith((lab.url, "blob:", "data:"))] == []
    assert errors == []
