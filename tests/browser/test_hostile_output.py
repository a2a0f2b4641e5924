"""What hostile models write, in a real page: no script of theirs, no request, nothing outside their panes."""

from __future__ import annotations

from lab import REPOSITORY, Lab, console_errors, open_notebook, run_all, screenshot
from playwright.async_api import Page, expect
from widgets.payloads import ALLOWED

MODELS = ("hostile/markup", "hostile/links", "hostile/layout", "hostile/bombs", "failing/markup")
SCRIPT = "<script>window.hacked=1</script>"
SETUP = """
from IPython.display import HTML, display
from payloads import BOMBS, LAYOUT, LINKS, MARKUP
import asyncio, random
from workbench.calls import Chunk, Completion
from workbench.errors import AuthenticationError
from workbench.widgets.playground.playground import playground
TEXTS = {
    "markup": MARKUP, "links": LINKS, "layout": LAYOUT,
    # a page may be slow to break thousands of brackets into lines; Python's part is tested with all of them
    "bombs": [bomb[:500] for bomb in BOMBS],
}
CODE = "```python\\ndef f(x):  # comment\\n    return 'a' + 1\\n```\\n\\n"

class Hostile:
    def bind(self, **marks):
        return self

    async def chat(self, model, messages, *, on_chunk, **params):
        provider, _, kind = model.partition("/")
        text, rng = CODE + "\\n\\n".join(TEXTS[kind]), random.Random(1)
        if provider == "failing":
            raise AuthenticationError(text, provider="failing", status=401)
        at = 0
        while at < len(text):
            size = rng.choice([1, 2, 3, 7, 11, 1_000])
            on_chunk(Chunk(text=text[at : at + size], reasoning=MARKUP[at % len(MARKUP)]))
            at += size
            await asyncio.sleep(0.001)
        return Completion(text=text, reasoning="".join(MARKUP), finish_reason="length")
"""
PLAYGROUND = f"""
panel = playground(Hostile(), {MODELS!r}, "\\n".join(MARKUP), system=MARKUP[0])
display(panel)
await panel.run();
"""
# A machine is shown the static twin alone; then an answer as the last line of a cell.
STATIC = "import os; os.environ['WORKBENCH_HEADLESS'] = '1'; display(panel); panel.results['hostile/links']"
OUTPUT = ".jp-RenderedHTML:has(.mathjax_ignore):visible"
LABELS = """
del os.environ["WORKBENCH_HEADLESS"]
import orjson
from uuid6 import uuid7
import workbench as wb
client = wb.Client("hostile")
for model in ("<img src=x onerror=window.hacked=1>", "steady"):
    client.recorder.append("calls", orjson.dumps({
        "id": str(uuid7()), "status": "ok", "provider": "sim", "model": model, "protocol": "openai",
        "sample": MARKUP[0], "experiment": "e", "epoch": 0, "text": "\\n\\n".join([model, *MARKUP, *LINKS]),
        "request": {"model": model, "messages": [{"role": "user", "content": "".join(MARKUP)}]},
    })).result()
wb.labeller(client, client.log.calls(experiment="e"))
"""
OURS = frozenset({
    "section", "header", "strong", "button", "summary", "details", "kbd", "label", "input", "span",
    "div", "p",
})  # fmt: skip
# What an element draws lies within all those around it that cut off what is outside of them.
DRAWN_OUTSIDE = """roots => roots.flatMap(root => {
    const box = ({left, right, top, bottom}) => ({left, right, top, bottom});
    const outer = root.getBoundingClientRect();
    return [...root.querySelectorAll('*')].filter(node => {
        const drawn = box(node.getBoundingClientRect());
        for (let above = node.parentElement; above !== root.parentElement; above = above.parentElement) {
            if (getComputedStyle(above).overflowX === 'visible') continue;
            const edge = above.getBoundingClientRect();
            drawn.left = Math.max(drawn.left, edge.left);
            drawn.right = Math.min(drawn.right, edge.right);
            drawn.top = Math.max(drawn.top, edge.top);
            drawn.bottom = Math.min(drawn.bottom, edge.bottom);
        }
        return drawn.left < drawn.right && drawn.top < drawn.bottom
            && (drawn.left < outer.left - 1 || drawn.right > outer.right + 1
                || drawn.top < outer.top - 1 || drawn.bottom > outer.bottom + 1);
    }).map(node => `${node.localName}.${node.className}`);
})"""
ELEMENTS = """roots => roots.flatMap(root => [...root.querySelectorAll('*')].map(node =>
    [node.localName, [...node.attributes].map(({name}) => name), node.localName === 'a' ? node.href : '']))"""


async def hold_within(page: Page, selector: str) -> str:
    """See that these hold no element of a model's making, and draw nothing outside; gives their text."""
    places = page.locator(selector)
    await places.first.scroll_into_view_if_needed()  # JupyterLab hides the cells that are out of sight
    strange = []
    for tag, attributes, href in await places.evaluate_all(ELEMENTS):
        if tag not in ALLOWED and tag not in OURS:
            strange.append(tag)
        strange += [f"{tag} {name}" for name in attributes if name.startswith("on") or name == "src"]
        if tag == "a" and not href.startswith(("https://good.test/", "mailto:")):
            strange.append(f"a {href}")
    assert strange == [], selector
    assert await places.evaluate_all(DRAWN_OUTSIDE) == [], selector
    return "\n".join(await places.all_inner_texts())


async def test_nothing_that_models_write_runs_loads_or_leaves_its_pane(page: Page, lab: Lab) -> None:
    errors, dialogs, requests = console_errors(page), [], []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    lab.copy(REPOSITORY / "tests" / "widgets" / "payloads.py")
    await open_notebook(page, lab.write("hostile.ipynb", SETUP, PLAYGROUND, STATIC, LABELS))
    page.on("request", lambda request: requests.append(request.url))
    await run_all(page, timeout_s=120)
    panes = page.locator(".workbench-pane")
    ended = [*["done"] * 4, "failed"]
    await expect(panes.locator(".workbench-word")).to_have_text(ended, timeout=30_000)
    await expect(page.locator(".workbench-labeller-answer")).to_have_count(2)

    for view in ("Raw", "Differences", "Rendered"):
        await page.locator(".workbench-view", has_text=view).click()
        shown = await hold_within(page, ".workbench-pane")
        assert shown.count(SCRIPT) > 10
    assert SCRIPT in await panes.last.locator(".workbench-error").inner_text()
    for selector in (OUTPUT, ".workbench-labeller"):
        shown = await hold_within(page, selector)
        assert shown.count(SCRIPT) > 10
    await screenshot(page, "hostile", ".workbench-grid")

    assert await page.evaluate("window.hacked") is None
    assert dialogs == []
    assert [url for url in requests if not url.startswith((lab.url, "data:", "blob:"))] == []
    assert errors == []
