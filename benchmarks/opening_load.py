"""The measured side of `lab`: one command, until its notebook can be used; a line of JSON comes of it.

`python benchmarks/opening_load.py ADDRESS MODULE [ARGUMENT…]`
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from lab import CHROMIUM_ARGS, REPOSITORY, chromium, running_lab, wait_idle
from playwright.async_api import async_playwright

NOTEBOOK = Path("notebooks") / "10_compare.ipynb"


async def measure(address: str, *module: str) -> dict[str, float]:
    """Seconds from the start of the command to the server's answer, and to a usable notebook."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGS))
        page = await browser.new_page(viewport={"width": 1360, "height": 1100})
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            began = time.perf_counter()
            with running_lab(Path(folder), module) as lab:
                answered = time.perf_counter()
                notebook = lab.root / NOTEBOOK
                if not notebook.exists():  # JupyterLab opens what is there, ours brings it along
                    notebook.parent.mkdir()
                    shutil.copy(REPOSITORY / NOTEBOOK, notebook)
                await page.goto(f"{lab.url}{address}?token={lab.token}")
                await wait_idle(page)
                usable = time.perf_counter()
                opened = await page.evaluate("jupyterapp.shell.currentWidget.context.path")
                await page.close()
        await browser.close()
    if opened != NOTEBOOK.as_posix():
        raise RuntimeError(f"{opened!r} was opened, and not {NOTEBOOK.as_posix()!r}")
    return {"answers_s": answered - began, "usable_s": usable - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(*sys.argv[1:]))))
