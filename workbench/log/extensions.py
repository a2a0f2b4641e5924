"""DuckDB's extensions: from the packages of `llm-workbench[shared]`, or from where DuckDB installs them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb

from workbench.errors import ConfigError
from workbench.log.schema import text


def load(db: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Load extensions into a connection, by their names such as `postgres_scanner`.

    Raises:
        ConfigError: One is neither there as a package for this DuckDB, nor to be had from DuckDB.
    """
    for name in names:
        packaged = _packaged(name)
        try:
            if packaged is not None:
                db.execute(f"LOAD {text(packaged)}")
            else:
                db.execute(f"INSTALL {name}")
                db.execute(f"LOAD {name}")
        except duckdb.Error as exc:
            raise ConfigError(
                f"DuckDB {duckdb.__version__} cannot load its extension {name!r}, which a shared log needs: "
                f"`pip install 'llm-workbench[shared]'`. DuckDB says: {exc}"
            ) from exc


def _packaged(name: str) -> Path | None:
    """The extension's file in its package; `None` where there is none for this version of DuckDB."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    return None
