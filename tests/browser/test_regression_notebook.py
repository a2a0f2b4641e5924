"""The regression notebook as it says itself: run it, name the baseline, run it again, read the verdict."""

from __future__ import annotations

import nbformat
from contrast import CONTRAST
from lab import REPOSITORY, Lab, change_theme, console_errors, open_notebook, run_all, screenshot
from playwright.async_api import Page, expect

FEW = 'models, limit, epochs = ["sim/swift"], 4, 2\nbaseline = "{}"'
READABLE = 4.5  # WCAG 2.2, level AA


async def test_the_verdict_is_on_the_screen_in_light_and_in_dark(page: Page, lab: Lab) -> None:
    (lab.root / ".workbench").mkdir(exist_ok=True)
    notebook = nbformat.read(REPOSITORY / "notebooks" / "90_regression.ipynb", as_version=4)
    notebook.cells.insert(2, nbformat.v4.new_code_cell(FEW.format("")))
    nbformat.write(notebook, lab.root / "regression.ipynb")
    errors = console_errors(page)
    await open_notebook(page, "regression.ipynb")
    await run_all(page)
    await expect(page.get_by_text("Compared with nothing; a later report").first).to_be_visible()

    cell = "jupyterapp.shell.currentWidget.content.widgets[2].model.sharedModel"
    await page.evaluate(f"text => {cell}.setSource(text)", FEW.format("last"))
    await run_all(page)
    verdict = page.locator(".jp-Cell", has=page.get_by_text("verdict = wb.regression(")).last
    table = verdict.locator("table").first
    await table.scroll_into_view_if_needed()
    said = verdict.locator(".jp-OutputArea-output p").first
    await expect(said).to_contain_text("Nothing is worse")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        await change_theme(page, theme)
        await screenshot(page, f"regression-{theme.split()[1].lower()}")
        for words in (said, said.locator("b").first, table.locator("td").nth(2)):
            assert await words.evaluate(CONTRAST) >= READABLE
    charts = page.locator(".js-plotly-plot")
    await charts.first.scroll_into_view_if_needed()
    await expect(charts.first.locator(".main-svg").first).to_be_visible()
    assert await page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert errors == []
