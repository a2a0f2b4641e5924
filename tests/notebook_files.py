"""Notebooks written by tests."""

from __future__ import annotations

from pathlib import Path

import nbformat

HEAD = "n = 1\nname = 'x'"
PROSE = "# "


def notebook(folder: Path, *cells: str, head: str = HEAD, tagged: bool = True) -> Path:
    """A notebook with a cell of parameters and further ones; what begins with `# ` and a heading is prose."""
    document = nbformat.v4.new_notebook()
    document.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document.cells = [nbformat.v4.new_code_cell(head)] + [
        (nbformat.v4.new_markdown_cell if cell.startswith(PROSE) else nbformat.v4.new_code_cell)(cell)
        for cell in cells
    ]
    if tagged:
        document.cells[0].metadata["tags"] = ["parameters"]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "question.ipynb"
    nbformat.write(document, path)
    return path
