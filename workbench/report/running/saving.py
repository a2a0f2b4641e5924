"""The notebook of a run, kept as it is so far."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import nbformat
from papermill.engines import NotebookExecutionManager

Write = Callable[[nbformat.NotebookNode], None]
_logger = logging.getLogger("workbench.report")
_logger.addHandler(logging.NullHandler())


class Saving(NotebookExecutionManager):  # type: ignore[misc] # papermill has no types
    """Papermill's record of a run, saved our way."""

    def __init__(self, document: nbformat.NotebookNode, write: Write) -> None:
        super().__init__(document, progress_bar=False)
        self._write = write

    def save(self, **_: Any) -> None:
        """Keep what there is so far; where that fails, the end of the run will say so."""
        try:
            self._write(self.nb)
        except OSError as exc:
            _logger.warning("the notebook cannot be saved for now: %s", exc)
        self.last_save_time = self.now()
