"""The call log: every call is a row, in a DuckDB file that any number of processes write and read at once.

Rows go to a journal of this process first (`Recorder`), and from all journals into the file in bulk
(`Store`); whoever reads (`Log`) sees both. The half that writes loads neither duckdb nor pandas.

The methods of `Log` can be called on this module too, for the log of the current project:
`workbench.log.usage(by=["provider", "day"])`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.config import load_settings
from workbench.log.journal import LogWarning
from workbench.log.lookup import Lookup
from workbench.log.record import record
from workbench.log.recorder import Recorder

if TYPE_CHECKING:
    from workbench.log.store import Store
    from workbench.log.tables import Log

__all__ = ["Log", "LogWarning", "Lookup", "Recorder", "Store", "record"]

# No module of this package may have one of these names: it would hide the method.
_OF_THE_PROJECT = (
    *("call", "calls", "errors", "runs", "scores", "labels", "sql", "usage", "reprice"),
    *("reports", "baselines", "export", "load", "prune"),
)


def __getattr__(name: str) -> Any:
    # duckdb and pandas take a second of CPU to load: who only calls models does without.
    if name == "Log":
        from workbench.log.tables import Log

        return Log
    if name == "Store":
        from workbench.log.store import Store

        return Store
    if name in _OF_THE_PROJECT:
        from workbench.log.tables import Log

        settings = load_settings()
        return getattr(Log(settings.home, settings.shared_log), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
