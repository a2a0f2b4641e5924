"""A frame as a file: CSV, JSON, Parquet, Excel."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import orjson
import pandas as pd

from workbench.errors import ConfigError
from workbench.log.file import database

_ISO = "%Y-%m-%dT%H:%M:%SZ"


def written(frame: pd.DataFrame, form: str) -> bytes:
    """The content of a file with a frame of `Log`, its times UTC.

    Args:
        frame: The frame, without its index.
        form: `csv`, `json` (a list of records, what is not known null), `parquet` or `xlsx` (which has no
            zones: times are UTC all the same).

    Raises:
        ConfigError: `xlsx` without openpyxl.
        KeyError: Another form.
    """
    return {"csv": _csv, "json": _json, "parquet": _parquet, "xlsx": _xlsx}[form](frame)


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, date_format=_ISO, lineterminator="\n").encode()


def _json(frame: pd.DataFrame) -> bytes:
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return orjson.dumps(
        records, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
    )


def _plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else str(value)


def _parquet(frame: pd.DataFrame) -> bytes:
    with tempfile.TemporaryDirectory() as folder, database() as db:
        path = Path(folder) / "frame.parquet"
        db.from_df(frame).write_parquet(str(path), compression="zstd")
        return path.read_bytes()


def _xlsx(frame: pd.DataFrame) -> bytes:
    try:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError as exc:
        raise ConfigError("Excel files need openpyxl: pip install 'llm-workbench[excel]'") from exc

    def told(value: object) -> str:
        return str(ILLEGAL_CHARACTERS_RE.sub(lambda found: repr(found[0])[1:-1], str(value)))

    shown = frame.copy()
    for name, column in frame.items():
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            shown[name] = column.dt.tz_localize(None)
        elif not pd.api.types.is_numeric_dtype(column.dtype):
            shown[name] = column.astype(object).map(told, na_action="ignore")
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as writer:
        shown.to_excel(writer, index=False, sheet_name="log")
        for cell in (cell for row in writer.sheets["log"].iter_rows() for cell in row):
            # A name that begins with '=' is a name: nobody but us may put formulas into a user's sheet.
            if cell.data_type == "f":
                cell.data_type = "s"
    return content.getvalue()
