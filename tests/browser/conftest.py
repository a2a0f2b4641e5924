from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from lab import CHROMIUM_ARGS, Lab, chromium, log_in, running_lab
from playwright.async_api import Page, async_playwright


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if chromium() is None:
        pytest.skip("no Chromium: install one, or name its executable in WORKBENCH_TEST_CHROMIUM")
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
async def page(lab: Lab) -> AsyncIterator[Page]:
    """A page of a fresh browser that is logged in to the lab; relative addresses are the lab's.

    Nothing that a test does there may ask another server for anything.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGS))
        context = await browser.new_context(base_url=lab.url, viewport={"width": 1360, "height": 1100})
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        await log_in(context, lab)
        yield await context.new_page()
        await browser.close()
    assert [url for url in asked if not url.startswith((f"{lab.url}/", "blob:", "data:"))] == []
