"""The question and whom to ask, as a person with a keyboard and a file meets them."""

from __future__ import annotations

from lab import Lab, change_theme, console_errors, open_notebook, run_all, screenshot
from playwright.async_api import FilePayload, Locator, Page, expect

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf"
    b"\xc0\xf0\x1f\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)
SETUP = """
from decimal import Decimal
from IPython.display import display
from workbench.widgets.question.choices import Choice
from workbench.widgets.question.composer import Composer
from workbench.widgets.question.picker import Picker

choices = [
    Choice(name=f"host{n % 9}/model-{n:04}", price_input_usd=Decimal(n) / 100,
           price_output_usd=Decimal(n) / 10, context_tokens=n * 1000)
    for n in range(1000)
]
composer, picker = Composer("Where is it?"), Picker(["host1/model-0001"], choices, lambda: None)
display(composer.view, picker.view)
"""


async def show(page: Page, lab: Lab) -> Locator:
    await open_notebook(page, lab.write("question.ipynb", SETUP, ""))
    await run_all(page)
    chips = page.locator(".workbench-picker button[title^=Take]")
    await expect(chips).to_have_text(["host1/model-0001 ×"])
    return chips


async def test_models_are_searched_and_chosen_by_keys_alone(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    chips = await show(page, lab)
    rows = page.locator(".workbench-picker label", has=page.locator("input[type=checkbox]"))
    await expect(rows).to_have_count(50)
    await expect(rows.first).to_be_hidden()
    search = page.get_by_role("textbox", name="Models")
    await search.focus()
    await page.keyboard.type("HOST8 model-098")
    await expect(rows).to_have_text(["host8/model-0980", "host8/model-0989"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(rows.nth(1).locator("input")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(chips).to_have_text(["host1/model-0001 ×", "host8/model-0989 ×"])
    await page.keyboard.press("x")  # a command of the notebook's: cut the cell
    await expect(rows.nth(1).locator("input")).to_be_focused()
    await expect(page.locator(".jp-Cell")).to_have_count(2)
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(search).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chips.last).to_have_text("host8/model-0980 ×")
    await expect(search).to_have_value("")
    await page.keyboard.type("my/own")
    await page.keyboard.press("Enter")
    await expect(chips.last).to_have_text("my/own ×")
    await expect(rows.first).to_be_hidden()
    await chips.nth(0).focus()
    await page.keyboard.press("Enter")
    await expect(chips).to_have_count(3)
    await expect(search).to_be_focused()
    assert errors == []


async def test_a_question_takes_variables_and_images_and_fits_both_themes(page: Page, lab: Lab) -> None:
    errors = console_errors(page)
    await show(page, lab)
    prompt = page.get_by_role("textbox", name="Prompt")
    await prompt.fill("Where is {city}?")
    await page.get_by_role("textbox", name="{city}").fill("Oslo")
    await expect(page.get_by_role("textbox", name="System")).to_be_hidden()
    await page.get_by_role("button", name="System prompt").press("Enter")
    await page.get_by_role("textbox", name="System").fill("Be brief.")
    images = page.locator(".workbench-keys .widget-upload")
    files = [
        FilePayload(name="a.png", mimeType="image/png", buffer=PNG),
        FilePayload(name="no.png", mimeType="image/png", buffer=b"<svg onload=alert(1)>"),
    ]
    async with page.expect_file_chooser() as chosen:
        await images.click()
    await (await chosen.value).set_files(files)
    await expect(images).to_have_text("Images (1)")
    await expect(page.get_by_role("alert")).to_contain_text("'no.png' (image/png) is no picture")
    picture = page.locator(".workbench-keys img")
    await page.wait_for_function("document.querySelector('.workbench-keys img').naturalWidth === 1")
    await page.get_by_role("button", name="All 1,000").click()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        await change_theme(page, theme)
        await screenshot(page, f"question-{theme.split()[1].lower()}")
    await page.set_viewport_size({"width": 620, "height": 1400})
    for view in await page.locator(".workbench-keys").all():
        assert await view.evaluate("view => view.scrollWidth <= view.clientWidth")
    await screenshot(page, "question-narrow")
    await page.get_by_title("Take a.png out").click()
    await expect(picture).to_have_count(0)
    await expect(images).to_have_text("Images (0)")
    assert errors == []
