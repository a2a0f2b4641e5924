"""What was asked before, found by keyboard and opened; and the cell that does the same."""

from __future__ import annotations

from lab import Lab, change_theme, console_errors, open_notebook, run_all, screenshot
from playwright.async_api import Page, expect

HOSTILE = "<img src=x onerror='window.hacked=1'></pre><script>window.hacked=1</script>"
ASK = f"""
import ipywidgets
from workbench import Client, simulate
from workbench.widgets.playground.code_view import CodeView
from workbench.widgets.question.draft import Draft
from workbench.widgets.history.history import History
from workbench.widgets.playground.session import Session

simulator = simulate()
client = Client(home="asked")
session = Session(client)
hostile = Draft(prompt={HOSTILE!r}, models=("sim/swift", "sim/local"))
for draft in (hostile, Draft(prompt="About xylophones", models=("sim/swift",))):
    await session.ask(session.begin(draft))
"""
SHOW = """
opened = ipywidgets.Label()

def show(_, turns):
    opened.value = " / ".join(f"{turn.draft.models}: {turn.comparison.panes()[0].state}" for turn in turns)

display(History(lambda: client.log, show), opened, CodeView(lambda: hostile))
"""


async def test_a_prompt_is_found_and_opened_by_keyboard_and_shown_as_text(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    await open_notebook(page, lab.write("history.ipynb", ASK, SHOW))
    await run_all(page)
    status = page.locator("[role=status]", has_text="newest first")
    await expect(status).to_have_text("2 prompts, newest first")

    prompts = page.get_by_label("Prompts", exact=True)
    chosen = page.get_by_role("region", name="The chosen prompt")
    await expect(chosen).to_contain_text("About xylophones")
    await prompts.focus()
    await page.keyboard.press("ArrowDown")
    await expect(chosen).to_contain_text(HOSTILE)
    await page.get_by_role("button", name="Open").focus()
    await page.keyboard.press("Enter")
    opened = page.locator(".widget-label", has_text="done")
    await expect(opened).to_have_text("('sim/swift', 'sim/local'): done")

    await page.get_by_role("button", name="As code").click()
    code = page.get_by_role("region", name="The same as code")
    await expect(code).to_contain_text(f'prompt = "{HOSTILE}"')
    await change_theme(page, "JupyterLab Dark")
    await screenshot(page, "history", ".jp-Cell:has([role=status])")

    search = page.get_by_label("Search", exact=True)
    await search.fill("XYLOPHONES about")
    await search.press("Enter")
    await expect(status).to_have_text("1 prompt, newest first")
    await search.fill("zither")
    await search.press("Enter")
    await expect(page.get_by_text("Nothing has all of these words: zither").first).to_be_visible()
    await expect(page.get_by_role("button", name="Open")).to_be_disabled()
    assert await page.locator(".jp-OutputArea-output img, .jp-OutputArea-output script").count() == 0
    assert await page.evaluate("window.hacked") is None
    assert errors == []
