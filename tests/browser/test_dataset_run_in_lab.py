"""The notebook of a run as a researcher meets it: stopped half way, a new kernel, gone on with."""

from __future__ import annotations

from lab import REPOSITORY, Lab, change_theme, console_errors, open_notebook, run_all, screenshot, wait_idle
from playwright.async_api import Locator, Page, expect

from workbench.analysis.results import results
from workbench.log import Log

NOTEBOOK = "20_dataset_run.ipynb"
MODELS, SAMPLES = 4, 60
AGAIN = 'experiment = "last"'


def button(page: Page, name: str) -> Locator:
    return page.locator("button.jupyter-button", has_text=name).first


async def test_a_run_is_stopped_and_goes_on_in_a_new_kernel(page: Page, lab: Lab) -> None:
    folder = lab.root / "run"  # a project of its own, whose log has no answers yet
    (folder / ".workbench").mkdir(parents=True)
    text = (REPOSITORY / "notebooks" / NOTEBOOK).read_text(encoding="utf-8")
    (folder / NOTEBOOK).write_text(text.replace("concurrency = 10", "concurrency = 2"), encoding="utf-8")
    errors = console_errors(page)
    await open_notebook(page, f"run/{NOTEBOOK}")
    await run_all(page, timeout_s=120)
    assert await page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    monitor = page.locator(".jp-Cell:has(progress)").first
    status, bar = monitor.locator("[role=status]").first, monitor.locator("progress").first
    await monitor.scroll_into_view_if_needed()
    await expect(status).to_have_text("Not started yet.")

    await button(page, "Start").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_function("document.querySelector('progress').value >= 20")
    await screenshot(page, "run-running", ".jp-Cell:has(progress)")
    await button(page, "Stop").click()
    await expect(status).to_contain_text("Stopped. What was answered is kept")
    stopped = int(await bar.get_attribute("value") or 0)
    assert 20 <= stopped < MODELS * SAMPLES
    await expect(button(page, "Resume")).to_be_enabled()

    await page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    await wait_idle(page)
    await page.evaluate(
        "line => { const model = jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel;"
        "model.setSource(model.getSource().replace('experiment = \"\"', line)); }",
        AGAIN,
    )
    await run_all(page, timeout_s=120)
    await expect(status).to_contain_text("Stopped.")  # as the log has it, before anything is asked
    known = int(await bar.get_attribute("value") or 0)
    assert known >= stopped - 4  # those that had failed are asked again
    await change_theme(page, "JupyterLab Dark")
    await button(page, "Resume").click()
    await expect(status).to_contain_text("Done", timeout=60_000)
    await expect(bar).to_have_attribute("value", str(MODELS * SAMPLES))
    await screenshot(page, "run-dark", ".jp-Cell:has(progress)")
    assert errors == []

    log = Log(folder / ".workbench")
    [experiment] = log.sql("SELECT DISTINCT experiment FROM runs")["experiment"]
    frame = results(log, experiment)
    assert len(frame) == MODELS * SAMPLES
    answered = (frame["status"] == "ok").sum()
    calls = log.calls(experiment=experiment)
    assert (calls["status"] == "ok").sum() == answered  # nothing was answered twice
    for model, of_model in frame.groupby("model"):
        share = f"{100 * of_model['value'].mean():.1f} %"
        await expect(monitor.locator("tr", has_text=str(model)).first).to_contain_text(share)
