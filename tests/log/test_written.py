from __future__ import annotations

import csv
import io
import sys
from uuid import UUID

import openpyxl
import orjson
import pandas as pd
import pyarrow.parquet
import pytest

from workbench.errors import ConfigError
from workbench.log.written import written

ID = UUID("019a0000-1111-7000-8000-aaaaaaaaaaaa")
FRAME = pd.DataFrame(
    {
        "model": ["=HYPERLINK('x')\x1b", None],
        "session": [ID, None],
        "day": pd.to_datetime(["2026-03-01", "2026-03-02"]).tz_localize("UTC"),
        "calls": [3, 4],
        "cost_usd": [0.3, float("nan")],
    }
)


def test_json_is_a_list_of_records_in_which_null_is_not_known() -> None:
    assert orjson.loads(written(FRAME, "json")) == [
        {
            "model": "=HYPERLINK('x')\x1b",
            "session": str(ID),
            "day": "2026-03-01T00:00:00Z",
            "calls": 3,
            "cost_usd": 0.3,
        },
        {"model": None, "session": None, "day": "2026-03-02T00:00:00Z", "calls": 4, "cost_usd": None},
    ]


def test_csv_has_times_of_iso_8601_and_nothing_for_what_is_not_known() -> None:
    first, second = csv.DictReader(io.StringIO(written(FRAME, "csv").decode()))
    assert (first["session"], first["day"], first["cost_usd"]) == (str(ID), "2026-03-01T00:00:00Z", "0.3")
    assert (second["model"], second["calls"], second["cost_usd"]) == ("", "4", "")


def test_parquet_keeps_the_types() -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(written(FRAME, "parquet")))
    rows = table.to_pylist()
    assert str(table.schema.field("day").type) == "timestamp[us, tz=UTC]"
    assert rows[0]["day"] == FRAME["day"][0]
    assert [row["calls"] for row in rows] == [3, 4]
    assert rows[1]["model"] is None


def test_a_sheet_has_times_without_zone_and_no_formula_of_others() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(FRAME, "xlsx"))).active
    assert sheet is not None
    heading, first, second = sheet.iter_rows()
    assert [cell.value for cell in heading] == list(FRAME.columns)
    assert (first[0].value, first[0].data_type) == (r"=HYPERLINK('x')\x1b", "s")
    assert first[1].value == str(ID)
    assert first[2].value == pd.Timestamp(2026, 3, 1)
    assert (second[0].value, second[4].value) == (None, None)


def test_without_openpyxl_a_sheet_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl.cell.cell", None)  # as if it were not installed
    with pytest.raises(ConfigError, match=r"pip install 'llm-workbench\[excel\]'"):
        written(FRAME, "xlsx")


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx"])
def test_a_frame_without_rows_is_a_file_too(form: str) -> None:
    assert written(FRAME[:0], form)
