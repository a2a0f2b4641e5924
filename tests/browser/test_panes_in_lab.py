"""The panes without a playground: what a page does with them, by mouse, keyboard and drop."""

from __future__ import annotations

import os
import signal

from lab import Lab, console_errors, open_notebook, run_all, screenshot
from playwright.async_api import Locator, Page, expect

MARKDOWN = """# Answer

Some **bold** words and [a link](https://example.org/).

1. first
2. second

```python
def answer(): return 42
```

| model | right |
|---|--:|
| a | 12 |
"""
PANES = f"""
from workbench.widgets.panes.comparison import PaneState
from workbench.widgets.panes.panes import Head, Panes, PastTurn
TEXT = {MARKDOWN!r}
panes = Panes()
panes.on_vote(lambda index: setattr(panes, "status", f"vote for {{index}}"))
panes.on_drop(lambda name, kind, data: setattr(panes, "status", f"{{name}}, {{kind}}, {{len(data)}} bytes"))
def done(model, repeat, text, state="done"):
    return PaneState(model=model, repeat=repeat, text=text, state=state, elapsed_s=1.25)
"""
TWO = """
past = (PastTurn(prompt="What was it?", text="It was *this*."),)
panes.begin([Head(name="a", colour="#0072B2", past=past, hidden=True), Head(name="b", colour="#E69F00")])
cats = [done("a", 1, "The red cat."), done("b", 0, "A dog."), done("b", 1, "The blue cat.")]
panes.show([done("a", 0, TEXT), *cats])
panes.voting = True
panes
"""
STREAM = """
import asyncio
async def keep_streaming():
    text = ""
    while True:
        text += "word "
        panes.show([PaneState(model="a", state="streaming", text=text)])
        await asyncio.sleep(0.05)
from workbench.bridge import submit
work = submit(keep_streaming())
panes
"""
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
DROP = """([kind, name, type, size]) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(size)], name, {type}));
    const init = {bubbles: true, cancelable: true, dataTransfer: files, clipboardData: files};
    const event = kind === "paste" ? new ClipboardEvent(kind, init) : new DragEvent(kind, init);
    document.querySelector(".workbench-body").dispatchEvent(event);
}"""


async def shown(page: Page, lab: Lab, name: str, *cells: str) -> Locator:
    """Run a notebook of these cells; gives its panes."""
    await open_notebook(page, lab.write(f"{name}.ipynb", PANES, *cells))
    await run_all(page)
    await page.locator(".workbench-pane").first.wait_for()
    return page.locator(".workbench-pane")


async def test_panes_are_read_paged_compared_and_voted_on(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    panes = await shown(page, lab, "panes", TWO)
    first, second = panes.nth(0), panes.nth(1)
    status = page.locator(".workbench-status")

    # The Markdown of the one has its shape, and its name is hidden.
    for part, count in {"h1": 1, "li": 2, "strong": 1, "pre code": 1, "td": 2}.items():
        await expect(first.locator(f".workbench-text {part}")).to_have_count(count)
    link = first.locator(".workbench-text a")
    assert await link.get_attribute("href") == "https://example.org/"
    assert await link.get_attribute("target") == "_blank"
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    await expect(first.locator(".workbench-model")).to_have_text("Model A")
    await expect(first.locator(".workbench-facts")).to_be_hidden()
    await expect(second.locator(".workbench-facts")).to_contain_text("1.25 s")
    await expect(first.locator(".workbench-turn em")).to_be_hidden()
    await first.locator(".workbench-asked").press("Enter")
    await expect(first.locator(".workbench-turn em")).to_have_text("this")

    # Raw shows what was written; by arrow keys, the other answer of the same model.
    await page.get_by_role("button", name="Raw").click()
    assert await first.locator(".workbench-text").text_content() == MARKDOWN
    await first.locator(".workbench-body").press("ArrowRight")
    await expect(first.locator(".workbench-page")).to_have_text("2 of 2")
    await expect(first.locator(".workbench-text")).to_have_text("The red cat.")
    await second.get_by_role("button", name="Next answer").click()
    await expect(second.locator(".workbench-text")).to_have_text("The blue cat.")

    # Differences to the one, then to the other.
    await page.get_by_role("button", name="Differences", exact=True).press("Enter")
    await expect(second.locator("ins")).to_contain_text("blue")
    await expect(second.locator("del")).to_contain_text("red")
    await expect(first.locator("ins, del")).to_have_count(0)
    await second.get_by_role("button", name="Show the differences to b").click()
    await expect(first.locator("ins")).to_contain_text("red")
    await expect(second.locator("ins, del")).to_have_count(0)
    await screenshot(page, "differences", ".workbench-comparison")

    await second.get_by_role("button", name="b is best").press("Space")
    await expect(status).to_have_text("vote for 1")
    assert errors == []


async def test_images_are_dropped_and_pasted_and_nothing_else_is(page: Page, lab: Lab) -> None:
    await shown(page, lab, "drop", TWO)
    status, notice = page.locator(".workbench-status"), page.locator(".workbench-notice")
    await page.evaluate(DROP, ["paste", "small.png", "image/png", 5])
    await expect(status).to_have_text("small.png, image/png, 5 bytes")
    # More than Jupyter's server takes in one message.
    await page.evaluate(DROP, ["drop", "large.jpg", "image/jpeg", 13_000_000])
    await expect(status).to_have_text("large.jpg, image/jpeg, 13000000 bytes")
    await page.evaluate(DROP, ["drop", "page.html", "text/html", 5])
    await expect(notice).to_have_text("page.html is not an image.")
    await page.evaluate(DROP, ["drop", "huge.png", "image/png", 20_000_001])
    await expect(notice).to_contain_text("huge.png is larger than 20 MB")
    await expect(status).to_contain_text("large.jpg")


async def test_panes_say_when_their_kernel_was_restarted_and_when_it_died(page: Page, lab: Lab) -> None:
    panes = await shown(page, lab, "restart", STREAM)
    notice, word = page.locator(".workbench-notice"), panes.first.locator(".workbench-word")
    await expect(word).to_have_text("streaming")
    await expect(notice).to_be_hidden()
    await page.evaluate(f"{KERNEL}.restart()")
    await expect(notice).to_contain_text("gone or was restarted")
    await expect(word).to_have_text("cut off")
    await expect(panes.first.locator(".workbench-text")).to_contain_text("word")

    await run_all(page)  # the cell run again has a live one
    await expect(page.locator(".workbench-word").last).to_have_text("streaming")
    await expect(page.locator(".workbench-notice").last).to_be_hidden()
    await page.evaluate(f"{KERNEL}.requestExecute({{code: 'import os; os._exit(1)'}})")
    last = page.locator(".workbench-notice").last
    await expect(last).to_contain_text("gone or was restarted", timeout=20_000)
    await expect(page.locator(".workbench-word").last).to_have_text("cut off")


async def test_panes_of_a_kernel_that_only_stands_still_say_so_and_catch_up(page: Page, lab: Lab) -> None:
    panes = await shown(page, lab, "silent", STREAM, "import os; print(os.getpid())")
    notice, text = page.locator(".workbench-notice"), panes.first.locator(".workbench-text")
    process = int(await page.locator(".jp-OutputArea-output pre").last.inner_text())
    os.kill(process, signal.SIGSTOP)
    try:
        await expect(notice).to_contain_text("said nothing for a while", timeout=20_000)
        before = len(await text.inner_text())
    finally:
        os.kill(process, signal.SIGCONT)
    await expect(notice).to_be_hidden()
    await expect(panes.first.locator(".workbench-word")).to_have_text("streaming")
    await page.wait_for_function(
        "before => document.querySelector('.workbench-text').textContent.length > before", arg=before
    )
