"""Answers labelled by keyboard alone, and a kernel that dies in the middle."""

from __future__ import annotations

from contrast import CONTRAST
from lab import Lab, change_theme, console_errors, open_notebook, run_all, screenshot, wait_idle
from playwright.async_api import Locator, Page, expect

from workbench.log import Log

LOGGED = """
import orjson
from uuid6 import uuid7
import workbench as wb
client = wb.Client("labels", settings={"WORKBENCH_LABELLER": "ann"})
if client.log.calls(limit=1).empty:
    for sample in range(4):
        for model in ("swift", "steady"):
            client.recorder.append("calls", orjson.dumps({
                "id": str(uuid7()), "status": "ok", "provider": "sim", "model": model, "protocol": "openai",
                "sample": f"s{sample}", "experiment": "e", "epoch": 0,
                "text": f"**{model}** says:\\n\\n- one\\n- two\\n\\n```python\\nprint({sample})\\n```\\n\\n"
                    "<img src=x onerror='window.hacked=1'>" + " And more words, to be read." * sample * 20,
                "request": {"model": model, "messages": [{"role": "user", "content": f"{sample} + 1?"}]},
            })).result()
answers = client.log.calls(experiment="e")
"""
VOTES = "wb.labeller(client, answers)"
LABELS = "wb.labeller(client, answers, labels=['right', 'wrong'], question='Is it right?')"


def box(page: Page, number: int = 0) -> Locator:
    return page.locator(".workbench-labeller").nth(number)


async def press(page: Page, number: int, key: str, then: str) -> None:
    """Press a key, and wait until the next item is there and the labeller says how far it is."""
    turn = int(await box(page, number).get_attribute("data-turn") or 0)
    await page.keyboard.press(key)
    await expect(box(page, number)).to_have_attribute("data-turn", str(turn + 1))
    await expect(box(page, number).locator(".workbench-labeller-progress")).to_contain_text(then)


async def test_labelling_needs_no_mouse_and_outlives_the_kernel(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    path = lab.write("label.ipynb", LOGGED, VOTES, LABELS)
    await open_notebook(page, path)
    await run_all(page)
    cells = await page.locator(".jp-Cell").count()
    await expect(box(page).locator(".workbench-labeller-answer")).to_have_count(2)
    await expect(box(page).locator("strong", has_text="swift")).to_be_visible()
    await box(page).focus()
    log = Log(lab.root / "labels")

    # Five judgements of six keys; x and 0 are commands of the notebook elsewhere.
    await press(page, 0, "1", "1 of 4, about a minute left")
    await press(page, 0, "x", "2 of 4")
    assert [len(chosen) for chosen in log.labels(kind="vote")["chosen"]] == [0, 1]
    await press(page, 0, "u", "1 of 4")
    assert len(log.labels()) == 1
    await page.keyboard.press("n")
    await expect(box(page).get_by_placeholder("A note on the next judgement (n)")).to_be_focused()
    await page.keyboard.type("12x")  # letters now, no commands
    await page.keyboard.press("Enter")
    await press(page, 0, "0", "2 of 4")
    await expect(box(page)).to_be_focused()
    assert log.labels(limit=1)["note"].tolist() == ["12x"]
    await press(page, 0, "s", "2 of 4, 1 skipped")
    await page.keyboard.press("?")
    await expect(box(page).locator("kbd", has_text="0 or t")).to_be_visible()
    await page.keyboard.press("?")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        await change_theme(page, theme)
        for part in ("question", "progress", "said", "prompt", "body"):
            shown = box(page).locator(f".workbench-labeller-{part}").first
            assert await shown.evaluate(CONTRAST) >= 4.5, (theme, part)
        await screenshot(page, f"label-{theme.split()[1].lower()}", ".workbench-labeller")
    assert await page.locator(".jp-Cell").count() == cells

    # The kernel dies with rows that are in no file of the log yet.
    await page.evaluate(
        "jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute("
        "{code: 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)'})"
    )
    dialog = page.locator(".jp-Dialog", has_text="appears to have died")
    await dialog.get_by_role("button", name="Ok").click()
    await wait_idle(page)
    assert len(log.labels()) == 2
    await run_all(page)
    await expect(box(page).locator(".workbench-labeller-progress")).to_contain_text("2 of 4, about")
    await box(page).focus()
    await press(page, 0, "t", "3 of 4")
    await press(page, 0, "2", "4 of 4")
    await expect(box(page)).to_contain_text("All done: 4 of 4 judged.")
    await expect(box(page)).to_contain_text("sim/steady")
    await expect(box(page)).to_be_focused()

    # Labels: one answer at a time, in a narrow window.
    await page.set_viewport_size({"width": 620, "height": 1100})
    await box(page, 1).focus()
    await press(page, 1, "1", "1 of 8")
    await press(page, 1, "2", "2 of 8")
    wide = await box(page, 1).evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert wide[0] <= wide[1]
    await screenshot(page, "label-narrow", ".workbench-labeller >> nth=1")
    assert log.labels(kind="label")["label"].tolist() == ["wrong", "right"]
    assert await page.evaluate("window.hacked") is None
    assert [error for error in errors if "kernel" not in error.lower()] == []
