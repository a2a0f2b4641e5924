"""The playground as a person meets it in JupyterLab and Notebook 7: streams, votes, reloads, restarts."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
from contrast import CONTRAST
from lab import Lab, change_theme, console_errors, open_notebook, run_all, screenshot, wait_idle
from nbconvert import HTMLExporter
from playwright.async_api import Locator, Page, WebSocketRoute, expect
from scripted import FLAT, STORY, counted
from test_question_in_lab import PNG

from workbench.log import Log

KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
SIMULATED = """
import httpx, workbench as wb
simulator = wb.simulate()
client = wb.Client({home!r}, settings={{"WORKBENCH_LABELLER": "ann"}})

def order(**fault):
    httpx.post(f"{{simulator.url}}/faults", json=fault).raise_for_status()
"""
HAND_OVER = """(box, [kind, data]) => {
    const files = new DataTransfer();
    const bytes = Uint8Array.from(atob(data), char => char.charCodeAt(0));
    files.items.add(new File([bytes], "a.png", {type: "image/png"}));
    const init = {bubbles: true, cancelable: true, dataTransfer: files, clipboardData: files};
    box.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, init) : new DragEvent(kind, init));
}"""
SCRIPTED = "from scripted import Scripted; from workbench.widgets.playground.playground import playground"
FAULTS = """
order(model="steady", fault="rate_limit", retry_after_s=3)
order(model="local", fault="stall", chunks=6)
order(model="sage", fault="context_length")
wb.playground(client, ["sim/swift", "sim/steady", "sim/local", "sim/sage"], choices=["sim/swift"])
"""
BLIND = 'wb.playground(client, ["sim/swift", "sim/local"], "Where is Oslo?", choices=["sim/sage"])'
STALLED = (
    """
for model in ("swift", "local"):
    order(model=model, fault="stall", chunks=5)
"""
    + BLIND
)


async def show(page: Page, lab: Lab, name: str, *cells: str) -> Locator:
    """Run a notebook of these cells; gives its panes."""
    lab.copy(Path(__file__).parent / "scripted.py")
    await open_notebook(page, lab.write(f"{name}.ipynb", *cells))
    await run_all(page)
    await page.locator(".workbench-pane").first.wait_for()
    return page.locator(".workbench-pane")


def button(page: Page, name: str) -> Locator:
    return page.locator("button.jupyter-button", has_text=name).first


def prompt(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Prompt").first


async def expect_states(panes: Locator, *states: str) -> None:
    await expect(panes.locator(".workbench-word")).to_have_text(list(states))


async def text_of(pane: Locator) -> str:
    return (await pane.locator(".workbench-text").text_content() or "").replace("\n", "")


async def grown(page: Page, pane: int, beyond: int) -> None:
    """Wait until a pane shows more characters than that."""
    await page.wait_for_function(
        "([pane, beyond]) => document.querySelectorAll('.workbench-text')[pane]?.textContent.length > beyond",
        arg=[pane, beyond],
    )


async def test_answers_stream_wait_fail_and_stop_each_in_its_pane_and_row(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    panes = await show(page, lab, "faults", SIMULATED.format(home="faults"), FAULTS)
    await expect_states(panes, *["ready"] * 4)
    await expect(panes.first.locator(".workbench-hint")).to_have_text("Press Run")
    await button(page, "Run").click()
    status = page.locator(".workbench-status").first
    await expect(status).to_contain_text("The prompt is empty")

    # By keys alone, from the box; what was typed last goes with the key, and nothing is added to it.
    await prompt(page).focus()
    await page.keyboard.type("Where is Oslo?")
    await page.keyboard.press("Shift+Enter")
    await expect(panes.nth(1).locator(".workbench-note")).to_have_text(
        "sim has had enough requests for now (429): asking again in 3 s"
    )
    await expect_states(panes, "done", "waiting", "streaming", "failed")
    await expect(panes.nth(3).locator(".workbench-error")).to_contain_text("Shorten the prompt")
    await expect(prompt(page)).to_be_focused()
    await expect(prompt(page)).to_have_value("Where is Oslo?")
    await expect(button(page, "Run")).to_be_disabled()
    await expect(panes.nth(1).locator(".workbench-word")).to_have_text("done")
    await screenshot(page, "playground-states")

    # Whoever pressed a button that goes out goes on from the one beside it.
    await button(page, "Stop").press("Enter")
    await expect_states(panes, "done", "done", "stopped", "failed")
    await expect(status).to_contain_text("2 done, 1 stopped, 1 failed")
    await expect(button(page, "Run")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(button(page, "Stop")).to_be_focused()
    await expect_states(panes, *["done"] * 4)

    calls = Log(lab.root / "faults").calls()
    assert len(calls) == 8
    first = calls.sort_values("started_at").head(4).set_index("model")
    assert dict(first["status"]) == {"swift": "ok", "steady": "ok", "local": "interrupted", "sage": "error"}
    assert first.loc["steady", "attempts"] == 2
    assert errors == []


async def test_a_blind_vote_shows_the_names_and_a_reply_goes_on_below(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    panes = await show(page, lab, "blind", SIMULATED.format(home="blind"), BLIND)
    names, best = panes.locator(".workbench-model"), panes.locator(".workbench-best")
    await page.get_by_role("checkbox", name="Blind").check()
    await expect(names).to_have_text(["Model A", "Model B"])
    await button(page, "Run").click()
    await expect(best.last).to_be_enabled()
    await expect(names).to_have_text(["Model A", "Model B"])
    await expect(panes.first.locator(".workbench-facts")).to_be_hidden()
    await best.last.click()
    await expect(panes.last).to_have_attribute("data-chosen", "")
    await expect(best).to_have_text(["Best", "★ Best"])
    shown = await names.all_text_contents()
    assert sorted(shown) == ["sim/local", "sim/swift"]
    await expect(page.get_by_role("status").filter(has_text=f"Voted, best: {shown[1]}.")).to_be_visible()
    log = Log(lab.root / "blind")
    (vote,) = log.labels(kind="vote").to_dict("records")
    chosen = log.call(vote["chosen"][0])
    assert (f"sim/{chosen['model']}", vote["blind"], vote["labeller"]) == (shown[1], True, "ann")

    # Taken back, and the next turn voted on, by keys.
    await button(page, "Undo vote").press("Enter")
    await expect(best).to_have_text(["Best", "Best"])
    await expect(button(page, "All equal")).to_be_focused()
    assert log.labels().empty
    await prompt(page).fill("And Lima?")
    await button(page, "Reply").press("Enter")
    asked = panes.first.locator(".workbench-asked")
    await expect(asked).to_have_text("1. Where is Oslo?")
    await asked.press("Enter")
    await expect(panes.first.locator(".workbench-turn p").first).not_to_be_empty()
    await expect(best.last).to_be_visible()
    await best.first.press("Enter")
    await expect(best).to_have_text(["★ Best", "Best"])
    await expect(best.first).to_be_focused()
    calls = log.calls(where="tags['turn'] = '2'")
    assert sorted(calls["model"]) == ["local", "swift"]
    assert len(log.labels()) == 1
    await expect(panes.first.locator(".workbench-turn")).to_have_attribute("open", "")
    assert await page.locator(".jp-Cell").count() == 2  # no key was taken for a command on cells
    await screenshot(page, "playground-voted")
    assert errors == []


async def test_a_reload_catches_up_and_the_saved_notebook_is_read_without_script(
    page: Page, lab: Lab
) -> None:
    models = ("story/quick", "endless/one", "failing/busy")
    cell = f"playground(Scripted(), {models!r}, 'How does an evaluation begin?', choices=['story/slow'])"
    panes = await show(page, lab, "reload", SCRIPTED, cell)
    await button(page, "Run").click()
    await grown(page, 1, 300)
    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await page.reload()
    await wait_idle(page)
    await grown(page, 1, 300)
    await grown(page, 1, len(await text_of(panes.nth(1))))
    await expect(panes.first.locator(".workbench-word")).to_have_text("done")
    await button(page, "Stop").click()
    await expect_states(panes, "done", "stopped", "failed")
    kept = await text_of(panes.nth(1))
    assert (FLAT * 1000).startswith(kept)
    assert await text_of(panes.first) == FLAT * 2

    values = await panes.first.locator(".workbench-value").all_text_contents()
    error = await panes.last.locator(".workbench-error").text_content() or ""
    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    saved, _ = HTMLExporter().from_notebook_node(nbformat.read(lab.root / "reload.ipynb", as_version=4))
    assert page.context.browser is not None
    offline = await page.context.browser.new_context(java_script_enabled=False, offline=True)
    alone = await offline.new_page()
    await alone.set_content(saved)
    row = alone.locator("table tr", has_text="story/quick").first
    assert (await row.locator("td").all_text_contents())[1:] == values
    read = re.sub(r"\s+", " ", await alone.locator("body").inner_text())
    assert read.count(STORY.strip()) == 2 + kept.count(FLAT)
    assert re.sub(r"\s+", " ", error) in read
    await offline.close()


async def test_a_restart_cuts_answers_off_and_the_cell_runs_again(page: Page, lab: Lab) -> None:
    panes = await show(page, lab, "restarted", SIMULATED.format(home="restarted"), STALLED)
    await button(page, "Run").click()
    await expect_states(panes, "streaming", "streaming")
    kept = await text_of(panes.first)
    await page.evaluate(f"{KERNEL}.restart()")
    await expect(page.locator(".workbench-notice").first).to_contain_text("gone or was restarted")
    await expect_states(panes, "cut off", "cut off")
    assert (await text_of(panes.first)).startswith(kept)
    await wait_idle(page)
    await run_all(page)
    await expect(page.locator(".workbench-notice").first).to_be_hidden()
    await expect_states(panes, "ready", "ready")
    calls = Log(lab.root / "restarted").calls()
    assert list(calls["status"]) == ["interrupted"] * 2


async def test_two_notebooks_and_two_views_stream_at_once_and_lose_no_word(page: Page, lab: Lab) -> None:
    lost = []

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            news = b'"news"' in (message if isinstance(message, bytes) else message.encode())
            if news and len(lost) < 5:
                lost.append(message)
            else:
                socket.send(message)

        server.on_message(pass_on)

    await page.route_web_socket("**/channels**", route)
    other = await page.context.new_page()
    pages = {"first": page, "second": other}
    for name, each in pages.items():
        models = [f"counting/{name}-a", f"counting/{name}-b"]
        cells = (f"panel = playground(Scripted(), {models!r}, 'Count', choices=['story/x']); panel", "panel")
        await show(each, lab, name, SCRIPTED, *cells)
        await button(each, "Run").click()
    for each in (page, other, page, other):  # neither waits for the other
        for pane in range(4):
            await grown(each, pane, len(await text_of(each.locator(".workbench-pane").nth(pane))) + 200)
    assert len(lost) == 5

    # A reader who scrolled up is left in peace.
    body = page.locator(".workbench-body").first
    await body.focus()
    await page.keyboard.press("Home")
    await page.wait_for_function("document.querySelector('.workbench-body').scrollTop === 0")
    await grown(page, 0, len(await text_of(page.locator(".workbench-pane").first)) + 100)
    assert await body.evaluate("body => body.scrollTop") == 0

    for name, each in pages.items():
        panes = each.locator(".workbench-pane")
        await button(each, "Stop").click()
        await expect_states(panes, *["stopped"] * 4)
        for pane, model in enumerate(["a", "b"] * 2):
            assert await text_of(panes.nth(pane)) == await text_of(panes.nth(pane % 2))
            assert counted(f"{name}-{model}").startswith(await text_of(panes.nth(pane)))


async def test_words_can_be_read_in_both_themes_and_fit_a_narrow_window(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    long = "story/a-model-whose-name-is-far-too-long-for-any-pane-2026-11-21"
    models = (
        "story/a",
        "story/free",
        "hostile/unpriced",
        "failing/busy",
        long,
        "story/c",
        "story/d",
        "story/e",
    )
    cell = f"playground(Scripted(), {models!r}, 'About {{topic}}', choices=['story/x'])"
    panes = await show(page, lab, "themes", SCRIPTED, cell)
    await page.get_by_role("textbox", name="{topic}").fill("evaluations")
    for number, kind in enumerate(("paste", "drop"), start=1):  # over a box, a browser would open the file
        await prompt(page).evaluate(HAND_OVER, [kind, base64.b64encode(PNG).decode()])
        await expect(button(page, "Images")).to_have_text(f"Images ({number})")
    await button(page, "Run").click()
    await expect(panes.locator(".workbench-word", has_text="done")).to_have_count(7)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy the answer of story/a", exact=True).click()
    await expect(panes.first.locator(".workbench-copy")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == STORY * 2
    facts = panes.nth(1).locator(".workbench-value")
    assert (await facts.all_text_contents())[3:] == ["21 → 65", "free"]
    await expect(panes.nth(2).locator(".workbench-value").last).to_have_text("unknown")
    await expect(panes.nth(3).locator(".workbench-error")).to_contain_text("press Run again in 7 s")
    await expect(page.locator(".workbench-status")).to_contain_text(
        "7 done, 1 failed · 1.50 s · at least $0."
    )
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        await change_theme(page, theme)
        for part in ("model", "word", "label", "value", "error", "text", "status"):
            shown = page.locator(f".workbench-{part}:not(:empty)").last
            assert await shown.evaluate(CONTRAST) >= 4.5, (theme, part)
        for shown in (prompt(page), button(page, "Charts"), page.get_by_text("each model's own")):
            assert await shown.evaluate(CONTRAST) >= 4.5, theme
        await screenshot(page, f"playground-{theme.split()[1].lower()}")
    for width in (1900, 900, 620):
        await page.set_viewport_size({"width": width, "height": 1400})
        await screenshot(page, f"playground-{width}")
        sizes = await page.locator(".workbench-playground, .workbench-pane").evaluate_all(
            "all => all.map(each => [each.scrollWidth, each.clientWidth])"
        )
        assert all(wanted <= given for wanted, given in sizes), (width, sizes)
    assert errors == []


async def test_it_works_in_notebook_7_too(page: Page, lab: Lab) -> None:
    lab.copy(Path(__file__).parent / "scripted.py")
    cell = f"{SCRIPTED}\nplayground(Scripted(), ['story/a', 'endless/b'], 'How?', choices=['story/x'])"
    await page.goto(f"/notebooks/{lab.write('seven.ipynb', cell)}")
    await page.locator(".jp-Cell .cm-content").click()
    await page.keyboard.press("Shift+Enter")
    panes = page.locator(".workbench-pane")
    await prompt(page).press("Control+Enter", timeout=60_000)
    await grown(page, 1, 200)
    await expect_states(panes, "done", "streaming")
    await button(page, "Stop").press("Enter")
    await expect_states(panes, "done", "stopped")
    await expect(button(page, "Run")).to_be_focused()
    await button(page, "Charts").press("Enter")
    await expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=30_000)
    assert await panes.count() == 2  # the cell was not run again
    await screenshot(page, "playground-notebook")
