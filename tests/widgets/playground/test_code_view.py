"""The button that shows the cell which does the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.widgets.playground.as_code import as_code
from workbench.widgets.playground.code_view import CodeView
from workbench.widgets.question.draft import Draft

DRAFT = Draft(prompt="</pre><script>alert(1)</script>", models=("a/b",))


def test_nothing_is_written_until_it_is_asked_for_and_gone_again_after() -> None:
    view = CodeView(lambda: DRAFT)
    view.refresh()
    assert (view.box.value, view.box.layout.display) == ("", "none")
    view.button.value = True
    assert "await client.chat" in view.box.value
    assert view.box.layout.display == ""
    view.button.value = False
    assert (view.box.value, view.box.layout.display) == ("", "none")


def test_it_follows_the_draft_while_it_is_open() -> None:
    drafts = [DRAFT]
    view = CodeView(lambda: drafts[-1])
    view.button.value = True
    drafts.append(Draft(prompt="What else?", models=("a/b",)))
    view.refresh()
    assert "What else?" in view.box.value


def test_the_prompt_cannot_get_out_of_the_code() -> None:
    html = CodeView(lambda: DRAFT).static_html()
    assert "<script" not in html
    assert html.count("</pre>") == 1
    assert "&lt;/pre&gt;&lt;script&gt;" in html


def test_what_is_missing_is_said_as_a_comment() -> None:
    view = CodeView(lambda: Draft(models=("a/b",)))
    assert view.static_text() == "# The prompt is empty: write one first.\n"


def test_the_folder_of_the_log_is_named_where_it_is_not_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "log"))
    assert CodeView(lambda: DRAFT, home=tmp_path / "log").code == as_code(DRAFT)
    elsewhere = tmp_path / "elsewhere"
    assert CodeView(lambda: DRAFT, home=elsewhere).code == as_code(DRAFT, home=elsewhere)
