"""The page of a report in a browser without a network: its charts are drawn, on a phone and in the dark."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go
import pytest
from lab import CHROMIUM_ARGS, chromium
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.async_api import async_playwright

from workbench.plots.look import styled
from workbench.report.page import page_of
from workbench.report.running.failure import Failure

CALLS_HOME = "<script>fetch('https://a.example/told').catch(() => { document.title = 'kept in' })</script>"
WIDE = f"<table><tr>{'<td>quite some words</td>' * 30}</tr></table>"
CHARTS = (
    go.Figure(go.Bar(x=[0.5, 0.75], y=["a", "b"], orientation="h")),
    go.Figure(go.Scatter(x=[1, 2], y=[0.5, 0.75], error_y={"array": [0.1, 0.1]})),
    go.Figure(go.Heatmap(z=[[0.5, 0.25], [0.75, 1]])),
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outputs = [
        new_output(
            "display_data", {"application/vnd.plotly.v1+json": styled(chart, "A chart").to_plotly_json()}
        )
        for chart in CHARTS
    ] + [new_output("display_data", {"text/html": html}) for html in (CALLS_HOME, WIDE)]
    prose = new_markdown_cell("# One\n\n## Two\n\n## Three\n\n![map](https://a.example/map.png)")
    document = new_notebook(cells=[prose, new_code_cell("1", outputs=outputs)])
    failure = Failure(kind="cell", message="E: words", cell=1, traceback="line\n" * 30)
    path = tmp_path_factory.mktemp("page") / "page.html"
    banner = '<div class="banner worse"><p><b>Worse.</b></p></div>'
    path.write_text(page_of(document, title="Page", failure=failure, banner=banner), encoding="utf-8")
    return path


async def test_a_page_draws_its_charts_on_a_phone_in_the_dark_and_asks_nobody(page_file: Path) -> None:
    if chromium() is None:
        pytest.skip("no Chromium: install one, or name its executable in WORKBENCH_TEST_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGS))
        context = await browser.new_context(
            viewport={"width": 390, "height": 800}, color_scheme="dark", offline=True
        )
        page = await context.new_page()
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(page_file.as_uri())
        await page.wait_for_function("document.querySelectorAll('.main-svg').length >= 3")
        await page.wait_for_function("document.title == 'kept in'")
        drawn = await page.evaluate(
            "[...document.querySelectorAll('.plotly-graph-div')].map(chart => "
            "chart.querySelectorAll('.point, .heatmaplayer image').length)"
        )
        width = await page.evaluate("document.documentElement.scrollWidth")
        dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        folded = await page.evaluate("[...document.querySelectorAll('details')].map(one => one.open)")
        await page.emulate_media(media="print", color_scheme="light")
        light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        await browser.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert drawn == [2, 2, 1]
    assert width <= 390
    assert dark == "rgb(20, 23, 26)"
    assert light == "rgb(255, 255, 255)"
    assert folded == [False] * 5
