"""What stands at the top of a report's page: how it came out, and where the rest is."""

from __future__ import annotations

import html
from urllib.parse import quote

from workbench.report.formats.document import Document
from workbench.report.formats.worded import HEADLINES, SYMBOLS

FILES = ("report.json", "junit.xml", "summary.md")


def banner_of(document: Document) -> str:
    """A paragraph of HTML: the outcome in words, its exit code, and links to the files beside the page."""
    outcome = document["outcome"]
    links = [*FILES, document["notebook"]]
    listed = " · ".join(f'<a href="{html.escape(_relative(name))}">{html.escape(name)}</a>' for name in links)
    return (
        f'<div class="banner {outcome}"><p><b>{SYMBOLS[outcome]} {HEADLINES[outcome]}.</b> '
        f"{html.escape(document['why'])}.</p><p>Exit code {document['exit_code']} · {listed}</p></div>"
    )


def _relative(name: str) -> str:
    """A file of this folder: whatever its name is, the link leads nowhere else."""
    return f"./{quote(name, safe='')}"
