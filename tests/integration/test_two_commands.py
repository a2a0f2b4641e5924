"""`workbench compare` as the first thing that a user runs: two at once, one after the other, and its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Route, async_playwright
from project import Project, Said, errors_in

from workbench.analysis.results import results, summary
from workbench.widgets.panes.words import money

MODELS = ["sim/swift", "sim/steady", "sim/sage", "sim/local"]
LIMIT = 10


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Said]]:
    """A project in which two commands ran at once, and how they ended."""
    folder = tmp_path_factory.mktemp("shared") / "project"
    folder.mkdir()
    project = Project(folder=folder)
    both = [project.start("-m", "workbench", "compare", "--limit", str(LIMIT)) for _ in range(2)]
    ends = [process.communicate(timeout=120) for process in both]
    said = [
        Said(code=process.returncode, out=out, err=err)
        for process, (out, err) in zip(both, ends, strict=True)
    ]
    return project, said


def page_of(project: Project, experiment: str) -> Path:
    return project.home / "reports" / experiment / "10_compare.html"


def test_two_at_once_keep_every_call_and_write_both_reports(shared: tuple[Project, list[Said]]) -> None:
    project, both = shared
    assert [said.code for said in both] == [0, 0], both
    assert "Traceback" not in str(both)
    experiments = project.experiments()
    assert len(experiments) == 2
    for experiment in experiments:
        calls = project.log.calls(experiment=experiment)
        assert calls["id"].is_unique
        assert calls.groupby("model").size().to_dict() == dict.fromkeys(
            ("swift", "steady", "sage", "local"), LIMIT
        )
        assert len(project.log.scores(experiment=experiment)) == (calls["status"] == "ok").sum()
        assert errors_in(page_of(project, experiment).with_suffix(".ipynb")) == []
        assert page_of(project, experiment).stat().st_size > 1_000_000  # plotly is in it


def test_without_a_provider_it_says_that_everything_is_simulated(shared: tuple[Project, list[Said]]) -> None:
    project, both = shared
    for said in both:
        assert "the simulator answers on this machine" in said.out
        assert all(model in said.out for model in MODELS)
    for experiment in project.experiments():
        assert "simulated models" in page_of(project, experiment).read_text(encoding="utf-8")


def test_the_next_one_in_the_same_folder_is_compared_with_the_last(
    shared: tuple[Project, list[Said]],
) -> None:
    project, _ = shared
    said = project.workbench("compare", "--limit", str(LIMIT), "--baseline", "last", "--no-report")
    assert said.code == 0, said.err
    assert "against baseline" in said.out
    assert "worse" not in said.err
    assert len(project.experiments()) == 3
    assert len(project.log.calls()) == 3 * len(MODELS) * LIMIT


async def test_the_page_shows_charts_and_figures_with_no_network(
    shared: tuple[Project, list[Said]], chromium: str
) -> None:
    project, _ = shared
    experiment = project.experiments()[0]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page()
        troubles = watch(page)
        await page.route(lambda url: not url.startswith("file://"), lambda route: block(route, troubles))
        await page.goto(page_of(project, experiment).as_uri())
        charts = page.locator(".plotly-graph-div .main-svg").first
        await charts.wait_for()
        drawn = await page.evaluate(
            "[...document.querySelectorAll('.plotly-graph-div')].map(chart => chart.querySelectorAll("
            "'.point, .scatterlayer .trace, .heatmaplayer image, .heatmaplayer path').length)"
        )
        text = await page.inner_text("body")
        await browser.close()
    assert troubles == []
    assert len(drawn) >= 4
    assert all(marks > 0 for marks in drawn), drawn
    for row in summary(results(project.log, experiment)).itertuples():
        assert row.model in text
        assert f"{row.accuracy:.0%}" in text
        digits = 2 if row.duration_p50_s >= 1 else 3
        assert f"{row.duration_p50_s:.{digits}f} s" in text
        assert (money(row.cost_usd) if row.cost_usd else "$0") in text


def watch(page: Page) -> list[str]:
    """A list that fills with what goes wrong on a page."""
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    return troubles


async def block(route: Route, troubles: list[str]) -> None:
    troubles.append(f"asked the network for {route.request.url}")
    await route.abort()
