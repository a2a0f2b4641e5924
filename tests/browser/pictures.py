"""Takes the pictures of the playground for README.md: `python tests/browser/pictures.py`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from lab import (
    CHROMIUM_ARGS,
    REPOSITORY,
    Lab,
    change_theme,
    chromium,
    log_in,
    open_notebook,
    run_all,
    running_lab,
)
from playwright.async_api import Page, async_playwright, expect

WIDTH = 1360
# Nobody's answers: the names say that they are simulated, and numbers are made up with them.
CELL = r'''
import asyncio
from decimal import Decimal
from workbench.calls import Chunk, Completion, Timing, Usage
from workbench.widgets.playground.playground import playground

PROMPT = "Why is the median of {count} latencies safer to report than their mean? Give an example in Python."
ANSWERS = {  # seconds to the first word, and from word to word; dollars a million tokens
    "sim/swift": (0.12, 0.006, 2, """\
The mean follows **every outlier**; the median only asks what is in the middle.

```python
from statistics import mean, median

latencies = [0.8, 0.9, 0.9, 1.0, 30.0]
mean(latencies), median(latencies)  # 6.72, 0.9
```

One call that hung makes the mean useless."""),
    "sim/steady": (0.31, 0.015, 6, """\
Latencies are *skewed to the right*: most are short, a few are very long.

| | mean | median |
|---|--:|--:|
| as measured | 6.72 s | 0.90 s |
| without the slowest | 0.90 s | 0.90 s |

The median hardly moves. Report it with the **95th percentile**, so that the tail is not hidden."""),
    "sim/local": (0.22, 0.02, 0, """\
Three reasons:

1. One timeout can double the mean.
2. The median is a call that somebody really waited for.
3. It is the same on a log scale.

```python
import statistics
statistics.median([0.8, 0.9, 0.9, 1.0, 30.0])
```"""),
    "sim/sage": (0.64, 0.028, 30, """\
Because latency has a long tail, and the mean *is* the tail.

> A mean of 6.7 s describes none of the five calls.

With few calls, say how sure you are as well: a **bootstrap interval** of the median costs one line \
more than the median itself."""),
}

class Simulated:
    def bind(self, **marks):
        return self

    async def chat(self, model, messages, *, on_chunk, **params):
        first_s, pace_s, price, text = ANSWERS[model]
        await asyncio.sleep(first_s)
        words = text.split(" ")
        for place, word in enumerate(words):
            on_chunk(Chunk(text=word if place == 0 else f" {word}"))
            await asyncio.sleep(pace_s)
        tokens = round(len(text) / 4)
        return Completion(
            text=text, finish_reason="stop", usage=Usage(input_tokens=31, output_tokens=tokens),
            timing=Timing(duration_s=first_s + pace_s * len(words), ttft_s=first_s),
            cost_usd=Decimal(tokens * price) / 1_000_000,
        )

panel = playground(Simulated(), list(ANSWERS), PROMPT, choices=["sim/tiny"], temperature=0)
panel.composer.blanks.write({"count": "five"})
panel
'''


async def take(page: Page, lab: Lab, folder: Path) -> None:
    """Run the playground, and keep a picture of it in each theme."""
    await open_notebook(page, lab.write("playground.ipynb", CELL))
    await page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    await run_all(page)
    panel = page.locator(".workbench-playground")
    await panel.wait_for()
    await panel.evaluate("panel => Object.assign(panel.style, {padding: '12px', boxSizing: 'border-box'})")
    wider = WIDTH - await panel.evaluate("panel => panel.clientWidth")
    await page.set_viewport_size({"width": WIDTH + wider, "height": 1600})
    await page.locator(".workbench-run").click()
    await expect(page.locator(".workbench-word")).to_have_text(["done"] * 4)
    for theme in ("Light", "Dark"):
        await change_theme(page, f"JupyterLab {theme}")
        await panel.screenshot(path=folder / f"playground-{theme.lower()}.png")


async def main(folder: Path) -> None:
    """Start a JupyterLab of its own, and take the pictures in it."""
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGS))
            context = await browser.new_context(base_url=lab.url, viewport={"width": WIDTH, "height": 1600})
            await log_in(context, lab)
            await take(await context.new_page(), lab, folder)


if __name__ == "__main__":
    asyncio.run(main(REPOSITORY / "docs"))
