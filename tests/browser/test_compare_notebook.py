"""The notebook as a researcher meets it: no provider, JupyterLab, a mouse."""

from __future__ import annotations

from lab import REPOSITORY, Lab, console_errors, open_notebook, run_all, screenshot
from playwright.async_api import Locator, Page, expect

from workbench.log import Log

MODELS = 4
CHARTS = 5
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
STALL = (
    "import httpx, os; httpx.post(os.environ['SIM_BASE_URL'] + '/faults',"
    " json={'model': 'local', 'fault': 'stall', 'chunks': 3}).raise_for_status()"
)


def button(page: Page, name: str) -> Locator:
    return page.locator("button.jupyter-button", has_text=name).first


async def lengths(panes: Locator) -> list[int]:
    return [len(text) for text in await panes.locator(".workbench-text").all_text_contents()]


async def test_the_comparison_runs_streams_and_stops_in_jupyterlab(page: Page, lab: Lab) -> None:
    (lab.root / ".workbench").mkdir(exist_ok=True)
    errors = console_errors(page)
    notebook = lab.copy(REPOSITORY / "notebooks" / "10_compare.ipynb")
    await open_notebook(page, notebook)
    await run_all(page, timeout_s=120)
    stderr = "[data-mime-type='application/vnd.jupyter.stderr']"
    assert await page.locator(stderr).count() == 0
    await expect(
        page.locator(".jp-OutputArea").filter(has_text="the simulator answers").first
    ).to_be_visible()

    panes = page.locator(".workbench-pane")
    await expect(panes).to_have_count(MODELS)
    await panes.first.scroll_into_view_if_needed()
    await button(page, "Run").click()
    for pane in range(MODELS):
        await expect(panes.nth(pane).locator(".workbench-text")).not_to_be_empty()
    await expect(panes.locator(".workbench-word")).to_have_text(["done"] * MODELS)
    await screenshot(page, "compare-panes", ".jp-Cell:has(.workbench-pane)")
    whole = await lengths(panes)

    # The same prompt gives the same answers, so a pane that was stopped has less of it. The last one's answer
    # halts until then: however slow the page is, it cannot be done before.
    await page.evaluate(f"{KERNEL}.requestExecute({{code: {STALL!r}}}).done")
    await button(page, "Run").click()
    await expect(panes.last.locator(".workbench-word")).to_have_text("streaming")
    await button(page, "Stop").click()
    await expect(panes.last.locator(".workbench-word")).to_have_text("stopped")
    stopped = await lengths(panes)
    assert all(part <= all_of_it for part, all_of_it in zip(stopped, whole, strict=True))
    assert stopped[-1] < whole[-1]

    calls = Log(lab.root / ".workbench").calls(where="experiment IS NULL")  # those of the panes
    assert len(calls) == 2 * MODELS
    assert "interrupted" in set(calls["status"])

    charts = page.locator(".js-plotly-plot")
    await expect(charts).to_have_count(CHARTS)
    for chart in range(CHARTS):
        await charts.nth(chart).scroll_into_view_if_needed()
        await expect(charts.nth(chart).locator(".main-svg").first).to_be_visible()
        await screenshot(page, f"compare-chart-{chart}", f".js-plotly-plot >> nth={chart}")
    assert errors == []
