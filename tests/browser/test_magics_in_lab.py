"""`%%chat` as a person sees it: panes that fill while the cell runs, and the kernel's stop button."""

from __future__ import annotations

import re

from lab import Lab, open_notebook, run_all, wait_idle
from playwright.async_api import Page, expect

CELL = "%%chat sim/swift sim/steady\nHow are you?"


async def test_a_cell_shows_answers_while_it_runs_and_stops_with_it(page: Page, lab: Lab) -> None:
    (lab.root / ".workbench").mkdir(exist_ok=True)
    notebook = lab.write(
        "magics.ipynb",
        "import httpx, workbench as wb\nsimulator = wb.simulate()\n%load_ext workbench",
        # Nothing comes after the sixth chunk of each, until somebody stops the cell; the next time all comes.
        "if 'stalled' not in globals():\n"
        "    stalled = {'fault': 'stall', 'chunks': 6, 'model': '*'}\n"
        "    for _ in range(2):\n"
        "        httpx.post(f'{simulator.url}/faults', json=stalled).raise_for_status()",
        CELL,
    )
    await open_notebook(page, notebook)
    await page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    panes = page.locator(".workbench-pane")
    await expect(panes).to_have_count(2, timeout=60_000)  # what the cell needs has to load first
    for pane in range(2):
        await expect(panes.nth(pane).locator(".workbench-body")).to_have_text(re.compile("[a-z]"))
    await expect(panes.locator(".workbench-word")).to_have_text(["streaming"] * 2)
    await expect(page.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(1)

    panel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    await page.evaluate(f"{panel}.interrupt()")
    await wait_idle(page)
    await expect(panes.locator(".workbench-word")).to_have_text(["stopped"] * 2)
    await expect(page.locator(".jp-OutputArea", has_text="UsageError: stopped").first).to_be_visible()

    await run_all(page)  # the faults are used up
    await expect(panes.locator(".workbench-word")).to_have_text(["done"] * 2)
