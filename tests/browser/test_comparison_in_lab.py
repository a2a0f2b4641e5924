from __future__ import annotations

from pathlib import Path

from lab import Lab, change_theme, console_errors, open_notebook, run_all, screenshot, wait_idle
from playwright.async_api import Locator, Page, WebSocketRoute, expect
from scripted import HOSTILE, STORY

MODELS = ("story/quick", "story/free", "hostile/unpriced", "failing/busy")
FLAT = STORY.replace("\n", "")  # as paragraphs, which have no line ends between them
ENDLESS = ("endless/one", "endless/two", "endless/three")
# WCAG 2.2, 1.4.3: the ratio of both colours' relative luminances; what is translucent lies on what is below.
CONTRAST = """element => {
    const channels = color => color.match(/[\\d.]+/g).map(Number)
        .map((value, index) => index < 3 && color.startsWith('color(') ? value * 255 : value);
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
        const [r, g, b, a = 1] = channels(getComputedStyle(node).backgroundColor);
        layers.push([r, g, b, a]);
        if (a === 1) break;
    }
    const ground = layers.reverse().reduce((under, [r, g, b, a]) =>
        [r, g, b].map((value, index) => value * a + (under[index] ?? 255) * (1 - a)), []);
    const [r, g, b, a = 1] = channels(getComputedStyle(element).color);
    const ink = [r, g, b].map((value, index) => value * a + ground[index] * (1 - a));
    const luminance = rgb => rgb.map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
}"""


async def show(page: Page, lab: Lab, name: str, models: tuple[str, ...], *more_cells: str) -> Locator:
    """A notebook with a playground over these models; gives its panes."""
    lab.copy(Path(__file__).parent / "scripted.py")
    notebook = lab.write(
        f"{name}.ipynb",
        "from scripted import Scripted\n"
        "from workbench.widgets.interactive import interactive\n"
        "from workbench.widgets.playground import playground\n"
        "interactive()",
        f"models = {models!r}\n"
        "panel = playground(Scripted(), models, 'How does an evaluation begin?', choices=['story/slow'])\n"
        "panel",
        *more_cells,
    )
    await open_notebook(page, notebook)
    await run_all(page)
    panes = page.locator(".workbench-pane")
    await expect(panes).to_have_count(len(models) * (1 + len(more_cells)))
    return panes


def button(page: Page, name: str) -> Locator:
    return page.locator("button.jupyter-button", has_text=name).first


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


async def test_every_answer_streams_into_its_own_pane(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    panes = await show(page, lab, "answers", MODELS)
    await expect(page.locator(".jp-OutputArea-output pre").first).to_have_text("True")  # interactive()
    await expect(panes.nth(0).locator(".workbench-hint")).to_have_text("Press Run")
    await button(page, "Run").click()
    await grown(page, 0, 0)
    early = len(await text_of(panes.nth(0)))
    await screenshot(page, "streaming")
    await grown(page, 0, early)
    await grown(page, 1, early)
    await expect_states(panes, "done", "done", "done", "failed")
    for pane in (0, 1):
        assert await text_of(panes.nth(pane)) == FLAT * 2
        await expect(panes.nth(pane).locator(".workbench-blocks p")).to_have_count(2)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await panes.nth(0).locator(".workbench-copy").click()
    await expect(panes.nth(0).locator(".workbench-copy")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == STORY * 2
    facts = panes.nth(1).locator(".workbench-value")
    await expect(facts.nth(1)).to_have_text("0.20 s")
    await expect(facts.nth(3)).to_have_text("21 → 65")
    await expect(facts.nth(4)).to_have_text("free")
    await expect(panes.nth(2).locator(".workbench-value").nth(4)).to_have_text("unknown")
    await expect(panes.nth(3).locator(".workbench-error")).to_contain_text("press Run again in 7 s")
    await expect(page.locator(".workbench-status")).to_have_text(
        "3 done, 1 failed · 1.50 s · at least $0.000123"
    )
    await expect(button(page, "Run")).to_be_enabled()
    await screenshot(page, "done")
    assert errors == []


async def test_markup_from_a_model_is_shown_as_text(page: Page, lab: Lab) -> None:
    panes = await show(page, lab, "hostile", ("hostile/one", "hostile/two"))
    await button(page, "Run").click()
    await expect_states(panes, "done", "done")
    await expect(panes.nth(0).locator(".workbench-text")).to_contain_text("<script>window.hacked=1</script>")
    assert await panes.locator("img, script, b, a").count() == 0
    await page.get_by_role("button", name="Raw").click()
    await expect(panes.nth(0).locator(".workbench-text")).to_have_text(HOSTILE)
    assert await panes.locator("img, script, b, a").count() == 0
    assert await page.evaluate("window.hacked") is None


async def test_stop_ends_every_pane_and_run_begins_anew(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    panes = await show(page, lab, "stop", ENDLESS)
    await button(page, "Run").click()
    for pane in range(3):
        await grown(page, pane, 200)
    await expect(button(page, "Run")).to_be_disabled()
    await button(page, "Stop").click()
    await expect_states(panes, "stopped", "stopped", "stopped")
    await expect(button(page, "Run")).to_be_enabled()
    kept = await text_of(panes.nth(0))
    assert kept != FLAT * 10
    assert (FLAT * 10).startswith(kept)
    await screenshot(page, "stopped")
    await button(page, "Run").click()
    await expect_states(panes, "streaming", "streaming", "streaming")
    await button(page, "Stop").click()
    await expect_states(panes, "stopped", "stopped", "stopped")
    assert errors == []


async def test_a_page_reloaded_while_models_stream_shows_the_whole_text(page: Page, lab: Lab) -> None:
    panes = await show(page, lab, "reload", ENDLESS)
    await button(page, "Run").click()
    await grown(page, 2, 300)
    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await page.reload()
    await wait_idle(page)
    await grown(page, 2, 300)
    early = len(await text_of(panes.nth(2)))
    await grown(page, 2, early)
    await button(page, "Stop").click()
    await expect_states(panes, "stopped", "stopped", "stopped")
    for pane in range(3):
        assert (FLAT * 100).startswith(await text_of(panes.nth(pane)))


async def test_a_second_view_and_the_first_show_the_same(page: Page, lab: Lab) -> None:
    panes = await show(page, lab, "twice", ENDLESS, "panel")
    await button(page, "Run").click()
    await grown(page, 0, 200)
    await grown(page, 3, 200)
    await button(page, "Stop").click()
    await expect_states(panes, *["stopped"] * 6)
    assert await text_of(panes.nth(3)) == await text_of(panes.nth(0))


async def test_a_lost_message_leaves_no_hole_in_the_text(page: Page, lab: Lab) -> None:
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
    panes = await show(page, lab, "lost", ENDLESS)
    await button(page, "Run").click()
    await grown(page, 1, 300)
    assert len(lost) == 5
    await button(page, "Stop").click()
    await expect_states(panes, "stopped", "stopped", "stopped")
    assert (FLAT * 100).startswith(await text_of(panes.nth(1)))


async def test_a_pane_follows_its_text_until_the_reader_scrolls_up(page: Page, lab: Lab) -> None:
    panes = await show(page, lab, "scroll", ENDLESS)
    await button(page, "Run").click()
    body = panes.nth(0).locator(".workbench-body")
    await page.wait_for_function("document.querySelector('.workbench-body').scrollTop > 50")
    await body.focus()
    await page.keyboard.press("Home")
    await page.wait_for_function("document.querySelector('.workbench-body').scrollTop === 0")
    await grown(page, 0, len(await text_of(panes.nth(0))) + 100)
    assert await body.evaluate("body => body.scrollTop") == 0
    await button(page, "Stop").click()
    await expect_states(panes, "stopped", "stopped", "stopped")


async def test_words_can_be_read_in_both_themes_and_fit_a_narrow_window(page: Page, lab: Lab) -> None:
    long = "story/a-model-whose-name-is-far-too-long-for-any-pane-2026-11-21"
    eight = (*MODELS, long, "story/c", "story/d", "story/e")
    panes = await show(page, lab, "themes", eight)
    await button(page, "Run").click()
    await expect(panes.locator(".workbench-word", has_text="streaming")).to_have_count(0)
    await expect(panes.locator(".workbench-word", has_text="done")).to_have_count(7)
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        await change_theme(page, theme)
        for part in ("model", "word", "label", "value", "error", "text"):
            shown = page.locator(f".workbench-{part}:not(:empty)").last
            assert await shown.evaluate(CONTRAST) >= 4.5, (theme, part)
        await screenshot(page, theme.split()[1].lower())
    for width in (1900, 620):
        await page.set_viewport_size({"width": width, "height": 1400})
        await screenshot(page, f"width-{width}")
        sizes = await panes.evaluate_all("panes => panes.map(pane => [pane.scrollWidth, pane.clientWidth])")
        assert all(wanted <= given for wanted, given in sizes), (width, sizes)
