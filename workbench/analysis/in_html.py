"""A sentence and a table as HTML: whatever their texts say, they are shown, and never read as markup."""

from __future__ import annotations

import html

import pandas as pd


def in_html(words: str, *tables: pd.DataFrame) -> str:
    """Sentences, a paragraph for each line, and below them the tables that have rows."""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in words.splitlines())
    with pd.option_context("display.max_colwidth", None):
        shown = [
            table.to_html(index=False, border=0, na_rep="–", justify="left") for table in tables if len(table)
        ]
    return f'<div class="mathjax_ignore tex2jax_ignore">{said}{"".join(shown)}</div>'
