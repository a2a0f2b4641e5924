"""Data sets come from files, frames and mappings alike; what is wrong with them is said with its place."""

from __future__ import annotations

import dataclasses
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.errors import DataError
from workbench.evals.dataset import Sample, load_dataset

ROWS: list[dict[str, Any]] = [
    {"id": "sum", "input": "2 + 2?", "target": "4", "category": "sums", "scorer": "number"},
    {
        "id": "city",
        "input": "Capital of Malta, and\nof “Perú”?",
        "target": "Valletta, Lima",
        "category": "places",
    },
]
GOOD = {"input": "a", "target": "b"}
OTHER = {"input": "c", "target": "d"}
THIRD = {"input": "e", "target": "f"}
CSV = (
    "id,input,target,category,scorer\n"
    "sum,2 + 2?,4,sums,number\n"
    'city,"Capital of Malta, and\nof “Perú”?","Valletta, Lima",places,\n'
)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def error_of(source: Any) -> str:
    with pytest.raises(DataError) as caught:
        load_dataset(source)
    return str(caught.value)


def jsonl(*rows: object) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_a_row_becomes_a_sample() -> None:
    loaded = load_dataset([{**ROWS[0], "source": "by hand", "level": 3}], name="mine")
    assert loaded.name == "mine"
    assert list(loaded) == [
        Sample(
            id="sum",
            input="2 + 2?",
            target="4",
            category="sums",
            scorer="number",
            meta={"source": "by hand", "level": 3},
        )
    ]


def test_the_same_samples_are_the_same_from_every_kind_of_source(tmp_path: Path) -> None:
    wanted = load_dataset(ROWS)
    sources = [
        write(tmp_path / "a.jsonl", jsonl(*ROWS)),
        write(tmp_path / "a.json", json.dumps(ROWS)),
        write(tmp_path / "a.csv", CSV),
        str(tmp_path / "a.csv"),
        pd.DataFrame(ROWS),
        pd.DataFrame(ROWS, index=[7, 7]),
    ]
    for source in sources:
        assert load_dataset(source).samples == wanted.samples
        assert load_dataset(source).hash == wanted.hash


def test_a_parquet_file_is_read(tmp_path: Path) -> None:
    pd.DataFrame([{**row, "tags": ["a", "b"]} for row in ROWS]).to_parquet(tmp_path / "a.parquet")
    loaded = load_dataset(tmp_path / "a.parquet")
    assert [sample.id for sample in loaded] == ["sum", "city"]
    assert loaded.samples[0].meta == {"tags": ["a", "b"]}


def test_a_file_that_is_no_parquet_is_said_so(tmp_path: Path) -> None:
    assert "a.parquet: not a Parquet file" in error_of(write(tmp_path / "a.parquet", "input,target\n"))


def test_without_pyarrow_a_parquet_file_says_what_to_install(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", "PAR1")
    without = (
        "import sys; sys.modules['pyarrow'] = None; import workbench; workbench.load_dataset(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", without, path], capture_output=True, text=True, check=False)
    assert done.stderr.rstrip().endswith("needs pyarrow: pip install pyarrow")


def test_the_bundled_set_is_loaded_by_name() -> None:
    loaded = load_dataset("first_walk")
    assert (loaded.name, len(loaded)) == ("first_walk", 40)


@pytest.mark.parametrize(
    ("input_name", "target_name", "group_name"),
    [("input", "target", "cluster"), ("prompt", "answer", "group"), ("question", "expected", "group")],
)
def test_columns_go_by_several_names(input_name: str, target_name: str, group_name: str) -> None:
    loaded = load_dataset([{input_name: "2 + 2?", target_name: "4", group_name: "sums"}])
    assert list(loaded) == [Sample(id="1", input="2 + 2?", target="4", cluster="sums")]


def test_of_two_names_for_a_column_the_first_counts_and_the_other_is_kept() -> None:
    sample = load_dataset([{"question": "q", "input": "i", "target": "t", "expected": "e"}]).samples[0]
    assert (sample.input, sample.target, sample.meta) == ("i", "t", {"question": "q", "expected": "e"})


def test_an_absent_id_is_the_position() -> None:
    loaded = load_dataset([GOOD, {**OTHER, "id": "x"}, {**THIRD, "id": None}])
    assert [sample.id for sample in loaded] == ["1", "x", "3"]


@pytest.mark.parametrize(
    ("target", "text"), [(42, "42"), (0, "0"), (0.5, "0.5"), (False, "false"), (["a", "é"], '["a", "é"]')]
)
def test_a_target_that_is_no_text_becomes_its_json(target: object, text: str) -> None:
    assert load_dataset([{"input": "?", "target": target}]).samples[0].target == text


def test_a_frame_with_gaps_has_absent_values_not_nan() -> None:
    frame = pd.DataFrame(
        {
            "input": ["a", "b"],
            "target": [1, 2],
            "group": ["g", None],
            "level": [1.5, None],
            "day": [None, pd.NaT],
        }
    )
    first, second = load_dataset(frame)
    assert (first.cluster, second.cluster) == ("g", None)
    assert (first.meta, second.meta) == ({"level": 1.5, "day": None}, {"level": None, "day": None})
    assert (first.target, second.target) == ("1", "2")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    rows = jsonl(*ROWS).replace("\n", "\r\n")
    table = "input,target\r\n2 + 2?,4\r\n\r\n3 + 3?,6\r\n"
    assert load_dataset(write(tmp_path / "a.jsonl", rows, "utf-8-sig")).samples == load_dataset(ROWS).samples
    assert [s.target for s in load_dataset(write(tmp_path / "a.csv", table, "utf-8-sig"))] == ["4", "6"]


def test_a_line_separator_inside_a_json_string_is_no_end_of_line(tmp_path: Path) -> None:
    text = '{"input": "a\u2028b\u0085c", "target": "x"}\n'
    assert load_dataset(write(tmp_path / "a.jsonl", text)).samples[0].input == "a\u2028b\u0085c"


# what a data set is


def test_the_hash_is_of_the_samples_and_their_order_and_not_of_the_name() -> None:
    one, two = load_dataset(ROWS, name="one"), load_dataset(ROWS, name="two")
    assert one.hash == two.hash
    assert len(one.hash) == 12
    assert load_dataset(ROWS[::-1]).hash != one.hash
    for change in ({"target": "5"}, {"scorer": "exact"}, {"id": "s"}, {"category": "x"}, {"note": 1}):
        assert load_dataset([{**ROWS[0], **change}, ROWS[1]]).hash != one.hash


def test_the_hash_stays_what_it_is() -> None:
    # printf '[{"id":"1","input":"\\u00e9","scorer":"exact","target":"e"}]' | sha256sum
    assert load_dataset([{"input": "é", "target": "e"}]).hash == "38506317ad07"


def test_take_gives_the_first_samples() -> None:
    loaded = load_dataset("first_walk")
    assert loaded.take(5).samples == loaded.samples[:5]
    assert loaded.take(5).name == "first_walk"
    assert loaded.take(5).hash != loaded.hash
    assert loaded.take(100) == loaded
    assert len(loaded.take(0)) == 0
    with pytest.raises(ValueError, match="cannot take -1 samples"):
        loaded.take(-1)


def test_a_data_set_is_a_value() -> None:
    loaded = load_dataset(ROWS)
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    assert {loaded, load_dataset(ROWS)} == {loaded}
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.samples[0].target = "5"  # type: ignore[misc]
    assert repr(loaded) == f"Dataset('unnamed', 2 samples, hash {loaded.hash})"


# what can be wrong


@pytest.mark.parametrize("name", ["first_wlak", "firstwalk", "first_walk.jsonl"])
def test_a_missing_file_names_the_nearest(name: str) -> None:
    message = error_of(name)
    assert message.startswith(f"no data set {name!r}: did you mean 'first_walk'?")
    assert message.endswith("a bundled name: basics, first_walk, open, regression")


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path / "questions.csv", CSV)
    assert "did you mean 'questions.csv'?" in error_of(tmp_path / "question.csv")
    assert "did you mean" not in error_of(tmp_path / "nowhere" / "zzz.csv")


def test_a_folder_is_no_data_set(tmp_path: Path) -> None:
    assert error_of(tmp_path).startswith("no data set ")


def test_an_unknown_kind_of_file_names_the_known_ones(tmp_path: Path) -> None:
    message = error_of(write(tmp_path / "a.xlsx", "x"))
    assert message.endswith(
        "a.xlsx: cannot read '.xlsx': save it as one of .jsonl, .json, .csv, .tsv, .parquet"
    )


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "a.jsonl",
            jsonl(GOOD, {"text": "a", "label": "b"}),
            "a.jsonl, line 2: no column for the input (found: 'text', 'label'): name one 'input' or 'prompt'",
        ),
        (
            "a.csv",
            "input|target\na|b\n",
            "a.csv, line 2: no column for the input (found: 'input|target'): name one",
        ),
        (
            "a.csv",
            "output,target\na,b\n",
            "a.csv, line 2: no column for the input (found: 'output', 'target'): name one 'input'",
        ),
        (
            "a.jsonl",
            jsonl({**GOOD, "id": "x"}, OTHER, {**THIRD, "id": "x"}),
            "a.jsonl, line 3: the id 'x' is that of {folder}/a.jsonl, line 1 too",
        ),
        ("a.jsonl", jsonl({**GOOD, "id": "2"}, OTHER), "a.jsonl, line 2: the id '2' is that of"),
        (
            "a.jsonl",
            "\n" + jsonl(GOOD, {**GOOD, "input": " "}),
            "a.jsonl, line 3: 'input' is empty: write the input, or delete the row",
        ),
        ("a.csv", "prompt,answer\na,b\n\nc,\n", "a.csv, line 4: 'answer' is empty: write the target"),
        ("a.jsonl", jsonl({**GOOD, "target": None}), "a.jsonl, line 1: 'target' is empty"),
        ("a.csv", 'input,target\n"a\nb",c\n"d\n",\n', "a.csv, line 4: 'target' is empty"),
        (
            "a.jsonl",
            jsonl(GOOD, {**GOOD, "scorer": "fuzzy"}),
            "a.jsonl, line 2: no scorer 'fuzzy': write one of exact, contains, regex, number",
        ),
        ("a.jsonl", jsonl({**GOOD, "scorer": "number"}), "a.jsonl, line 1: the target 'b' has no number"),
        (
            "a.jsonl",
            jsonl({"input": "a", "target": "Paris", "scorer": "choice"}),
            "a.jsonl, line 1: the target 'Paris' is not one letter",
        ),
        ("a.jsonl", jsonl(GOOD) + '{"input": "a", \n', "a.jsonl, line 2: not JSON ("),
        ("a.jsonl", jsonl(GOOD, ["a", "b"]), "a.jsonl, line 2: holds ['a', 'b'], not an object"),
        ("a.json", "[\n{}\n,]", "a.json, line 3: not JSON"),
        ("a.json", jsonl(GOOD, GOOD), "a.json, line 2: not JSON (Extra data): mend it, or name it .jsonl"),
        ("a.json", json.dumps(GOOD), "a.json: holds {{'input': 'a', 'target': 'b'}}, not a list"),
        ("a.json", json.dumps([GOOD, {"input": "a"}]), "a.json, item 2: no column for the target"),
        (
            "a.csv",
            "input,target\na,b\nc,d,e\n",
            "a.csv, line 3: has 3 values where the header has 2 columns: put values that hold a comma",
        ),
        ("a.csv", "input,target\na\n", "a.csv, line 2: has 1 values where the header has 2 columns"),
        (
            "a.csv",
            'input,target\na,b\nc,"d\n',
            "a.csv, line 3: not CSV (unexpected end of data): mend the quotes",
        ),
        ("a.csv", 'input,target\na,"b"c\n', "a.csv, line 2: not CSV"),
        ("a.csv", "input,target,input\na,b,c\n", "a.csv, line 1: two columns are named 'input': rename one"),
        (
            "a.csv",
            f"input,target\n{'x' * 200_000},b\n",
            "a.csv, line 2: not CSV (field larger than field limit (131072)): mend the quotes, or save",
        ),
        ("a.jsonl", "", "a.jsonl has no samples: write at least one row with 'input' and 'target'"),
        ("a.jsonl", "\n \n", "a.jsonl has no samples"),
        ("a.json", "", "a.json has no samples"),
        ("a.json", "[]", "a.json has no samples"),
        ("a.csv", "", "a.csv has no samples"),
        ("a.csv", "input,target\n", "a.csv has no samples"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, file: str, text: str, message: str) -> None:
    assert f"{tmp_path}/{message.format(folder=tmp_path)}" in error_of(write(tmp_path / file, text))


@pytest.mark.parametrize(
    ("encoding", "place"),
    [
        ("cp1252", r"line 3: the byte b'\xe9' is not UTF-8"),
        ("utf-16", r"line 1: the byte b'\xff' is not UTF-8"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_another_encoding_is_said_with_line_byte_and_remedy(
    tmp_path: Path, kind: str, encoding: str, place: str
) -> None:
    path = write(tmp_path / f"a.{kind}", "input,target\nMenu?,tea\nMenu?,café\n", encoding)
    assert error_of(path).startswith(f"{path}, {place}")
    assert "save the file as UTF-8, in Excel as 'CSV UTF-8'" in error_of(path)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "the sequence has no samples"),
        (pd.DataFrame(), "the frame has no samples"),
        ([GOOD, "a"], "row 2: holds 'a', not an object"),
        ([GOOD, {"input": "a", "target": float("nan")}], "row 2: 'target' is empty"),
        (pd.DataFrame({"input": ["a", None], "target": ["b", "c"]}), "row 2: 'input' is empty"),
        (
            pd.DataFrame([["a", "b", "c"]], columns=["input", "target", "target"]),
            "two columns are named 'target'",
        ),
    ],
)
def test_rows_of_frames_and_mappings_are_counted_from_1(source: Any, message: str) -> None:
    assert message in error_of(source)


@pytest.mark.parametrize("name", ["semicolons.csv", "tabs.csv", "tabs.tsv"])
def test_columns_may_be_parted_as_excel_parts_them(tmp_path: Path, name: str) -> None:
    sign = ";" if name.startswith("semicolons") else "\t"
    text = f'input{sign}target\r\n"one, two{sign}\nthree"{sign}1,5\r\n'
    [sample] = load_dataset(write(tmp_path / name, text, "utf-8-sig"))
    assert (sample.input, sample.target) == (f"one, two{sign}\nthree", "1,5")


def test_the_usual_columns_are_known_by_capitals_and_with_spaces_too() -> None:
    [sample] = load_dataset([{"ID": 7, "Question": "a", " Target": "b", "Level": 3}])
    assert (sample.id, sample.input, sample.target, sample.meta) == ("7", "a", "b", {"Level": 3})
    [exact] = load_dataset([{"Input": "x", "input": "a", "target": "b"}])
    assert (exact.input, exact.meta) == ("a", {"Input": "x"})


@pytest.mark.parametrize("field", ["id", "input", "target", "category", "cluster", "split"])
def test_half_a_character_is_found_before_it_is_sent(field: str) -> None:
    assert error_of([GOOD, {**OTHER, field: "x\ud83d"}]).startswith("row 2: '\\ud83d' is half a character")


@pytest.mark.parametrize("source", [5, None, b"my.csv", GOOD, {"input": ["a"]}], ids=str)
def test_what_is_no_data_set_is_told_what_is_one(source: Any) -> None:
    assert re.fullmatch(
        r".* is no data set: give a path, a bundled name \(.*first_walk.*\), a frame, .*", error_of(source)
    )


def test_frames_of_others_are_given_as_ours(tmp_path: Path) -> None:
    class Frame(list[str]):
        def to_pandas(self) -> pd.DataFrame:
            return pd.DataFrame([GOOD])

    assert "a frame, which its to_pandas() gives, or" in error_of(Frame())
    assert len(load_dataset(Frame().to_pandas())) == 1


def test_a_home_folder_may_be_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "mine.jsonl", jsonl(GOOD))
    assert len(load_dataset("~/mine.jsonl")) == 1
