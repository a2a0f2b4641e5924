"""What a cell printed, as one text."""

from __future__ import annotations

from itertools import groupby

import nbformat


def joined(document: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of a notebook in which what was printed between two displays is one text a stream.

    Where the kernel cuts a print into pieces is chance, and which of the two streams comes first is too.
    """
    cells = [
        nbformat.NotebookNode(cell, outputs=_joined(cell.outputs)) if "outputs" in cell else cell
        for cell in document.cells
    ]
    return nbformat.NotebookNode(document, cells=cells)


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    found: list[nbformat.NotebookNode] = []
    for printed, group in groupby(outputs, lambda output: output.output_type == "stream"):
        if not printed:
            found += group
            continue
        pieces = list(group)
        texts = {
            name: "".join(piece.text for piece in pieces if piece.name == name)
            for name in ("stdout", "stderr")
        }
        found += [
            nbformat.NotebookNode(output_type="stream", name=name, text=_returned(text))
            for name, text in texts.items()
            if text
        ]
    return found


def _returned(text: str) -> str:
    """Text as a terminal shows it: a carriage return begins the line anew, as progress bars have it.

    No regular expression, as nbclient has: that takes hours for a line of a few megabytes.
    """
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
