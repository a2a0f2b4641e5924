"""Each format of a report: read back, and with the worst that anybody could have written in it."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from told import HOSTILE, change, document, flip, gate, hostile_document, regression, verdict
from two_runs import rows

from workbench.analysis.regression import REPORT_TYPE, compare
from workbench.analysis.regression.measured import Measured
from workbench.report.displayed import SCHEMA
from workbench.report.formats.annotations import annotations_of
from workbench.report.formats.banner import banner_of
from workbench.report.formats.document import in_json
from workbench.report.formats.gitlab import code_quality_of, metrics_of
from workbench.report.formats.junit import junit_of
from workbench.report.formats.markdown import markdown_of

WORSE = document(
    regression(
        change("same", model="sim/swift"),
        change("worse"),
        change("undecided", metric="cost", title="Cost an answer", relative=True),
        flips=[flip("gained", sample="8"), flip("lost")],
        flaky=[
            {
                "dataset": "capitals",
                "model": "sim/sage",
                "sample": "9",
                "baseline_scores": [1, 0],
                "candidate_scores": [0, 1],
            }
        ],
    ),
    verdict("tone", "better"),
    gate(True),
    {"kind": "figure", "name": "refusals", "value": 0.02, "unit": "share", "low": 0.01, "high": 0.05},
    baseline="last",
)


def valid(made: Any) -> Any:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(made)
    return made


# report.json


def test_a_real_comparison_is_as_the_schema_says() -> None:
    def measured(name: str, right: int) -> Measured:
        scores = np.ones((60, 2))
        scores[right:] = 0
        return Measured(
            experiment=name,
            started_at=datetime(2026, 11, 21, tzinfo=UTC),
            dataset="capitals",
            dataset_hash="ab",
            dataset_version=None,
            samples=60,
            epochs=2,
            settings={"sim/swift": {}},
            rows=rows(scores, text=HOSTILE.replace("\ud800", "")),
        )

    found = compare([measured("new", 30)], [measured("old", 60)])
    made = valid(document(found._repr_mimebundle_()[REPORT_TYPE]))
    assert (made["outcome"], made["other"]) == ("worse", [])
    assert made["why"].startswith("Worse beyond chance: sim/swift: quality")
    assert {"capitals"} == {change["dataset"] for change in made["changes"]}
    assert made["candidates"][0]["experiment"] == "new"


def test_the_json_is_as_its_schema_says_and_reads_back() -> None:
    for made in (WORSE, hostile_document(), document()):
        assert valid(json.loads(in_json(made))) == made


def test_the_json_has_the_same_bytes_each_time_and_no_number_that_json_does_not_have() -> None:
    infinite = document(regression(change("same", p_worse=math.nan, visible=math.inf)), b=1, a=2)
    again = document(regression(change("same", p_worse=math.nan, visible=math.inf)), a=2, b=1)
    assert in_json(infinite) == in_json(again)
    assert infinite["changes"][0]["p_worse"] is infinite["changes"][0]["visible"] is None
    with pytest.raises(ValueError, match="not JSON compliant"):
        in_json({"a": math.nan})


def test_the_json_can_be_written_whatever_a_model_wrote() -> None:
    assert json.loads(in_json(document(answer=HOSTILE)).encode())["parameters"]["answer"] == HOSTILE


def test_what_was_measured_is_told_in_its_unit() -> None:
    def told(name: str, *figures: float, **other: Any) -> str:
        title = {"baseline": {"value": figures[0], "low": figures[1], "high": figures[2]}}
        made = change("same", metric=name, title=name, relative=True, **title, **other)
        [row] = [
            line for line in markdown_of(document(regression(made))).splitlines() if f"| {name} |" in line
        ]
        return row.split(" | ")[4]

    assert told("ttft", 0.04695, 0.04164, math.nan, unit="s") == "0.0469 s [0.0416, –]"
    assert told("cost", 0.001531, 0.00114, 0.001922, unit="usd") == "$0.00153 [0.00114, 0.00192]"
    # Reports of an earlier version have no unit.
    assert told("grade", 3.25, 3, 3.5, unit=None) == "3.25 [3, 3.5]"


# JUnit


def cases(made: dict[str, Any]) -> dict[tuple[str, str], list[Any]]:
    xml = JUnitXml.fromstring(junit_of(made))
    return {(case.classname, case.name): case.result for suite in xml for case in suite}


def test_a_case_is_a_model_and_metric_of_a_data_set_and_fails_where_that_is_worse() -> None:
    found = cases(WORSE)
    [failure] = found["capitals", "sim/sage · quality"]
    assert failure._tag == "failure"
    assert failure.message.startswith("sim/sage on capitals: quality worse by 10 points")
    assert "baseline   90.0 % [84.0, 94.0]" in failure.text
    assert "change     −10.0 points [−15.0, −5.0]" in failure.text
    assert failure.text.index("lost: sample 7") < failure.text.index("gained: sample 8")
    assert "now:  Lima" in failure.text
    assert found["capitals", "sim/swift · quality"] == []
    [skipped] = found["capitals", "sim/sage · cost"]
    assert (skipped._tag, skipped.type) == ("skipped", "undecided")
    assert found["notebook", "tone"] == found["notebook", "gate: at least 80 % are right"] == []
    assert [suite.name for suite in JUnitXml.fromstring(junit_of(WORSE))] == ["capitals", "notebook"]


def test_a_case_fails_just_where_the_exit_code_does() -> None:
    payloads = (
        regression(change("worse"), change("undecided", metric="cost"), missing=["sim/old"]),
        gate(False),
    )
    tags = {
        fail_on: [result[0]._tag for result in cases(document(*payloads, fail_on=fail_on)).values() if result]
        for fail_on in ("worse", "undecided", "never")
    }
    assert tags == {
        "worse": ["failure", "skipped", "failure", "skipped"],
        "undecided": ["failure", "failure", "failure", "failure"],
        "never": ["skipped", "skipped", "skipped", "skipped"],
    }


def test_a_notebook_that_did_not_run_is_an_error() -> None:
    made = document(
        failure={"kind": "kernel died", "message": "the kernel died", "cell": 2, "heading": "Ask"}
    )
    [error] = cases(made)["notebook", "90_regression.ipynb"]
    assert (error._tag, error.type) == ("error", "kernel died")
    root = ET.fromstring(junit_of(made))
    assert (root.get("tests"), root.get("errors"), root.get("failures")) == ("1", "1", "0")


def test_no_two_cases_have_one_name_since_gitlab_would_pass_over_the_second() -> None:
    found = junit_of(document(gate(True, "a"), gate(False, "a"), verdict("a", "same")))
    names = [case.get("name") for case in ET.fromstring(found).iter("testcase")]
    assert names == ["90_regression.ipynb", "a", "gate: a", "gate: a (2)"]


def test_the_xml_can_be_parsed_and_is_the_same_each_time_whatever_a_model_wrote() -> None:
    made = hostile_document()
    assert junit_of(made) == junit_of(hostile_document())
    root = ET.fromstring(junit_of(made))
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped")
    }
    assert "<img src=x" in "".join(root.itertext())


# Markdown


def shown(made: dict[str, Any]) -> str:
    return MarkdownIt("commonmark").enable("table").render(markdown_of(made))


def test_the_summary_says_first_how_it_came_out_and_what_is_worse() -> None:
    text = markdown_of(WORSE)
    assert text.startswith("## ❌ Worse: `90_regression.ipynb`\n\nWorse beyond chance: sim/sage: quality.\n")
    assert text.index("**worse**") < text.index("**undecided**") < text.index("⚪ **same**")
    assert "| ❌ **worse** | `capitals` | `sim/sage` | Quality | 90.0 % [84.0, 94.0] |" in text
    assert "| −10.0 % [−15.0, −5.0] |" in text
    assert "<details><summary>Samples that flipped: 1 lost, 1 gained</summary>\n\n|" in text
    assert "| 1, 0 | 0, 1 |" in text
    assert "A fall of 6 points would have been found" in text
    assert "`workbench report 90_regression.ipynb -p baseline last --replay 20261121-0816-aaaa`" in text


def test_nothing_that_others_wrote_is_markup_in_the_summary() -> None:
    text = markdown_of(hostile_document())
    page = shown(hostile_document())
    tags = set(re.findall(r"<(/?\w+)", page.replace("<code>", "").replace("</code>", "")))
    assert tags <= {
        *("h2", "/h2", "p", "/p", "table", "/table", "thead", "/thead", "tbody", "/tbody", "tr", "/tr"),
        *("th", "/th", "td", "/td", "strong", "/strong", "ul", "/ul", "li", "/li"),
        *("details", "/details", "summary", "/summary"),
    }
    outside_of_code = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    assert not re.search(r"@\w|#\d|://|www\.|GH-\d|!\d|~\w", outside_of_code)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ud800-\udfff]", text)
    heads = [row for row, below in pairwise(rows) if below.startswith("| ---")]
    assert len(heads) == 6
    text.encode()


def test_a_row_has_as_many_cells_as_its_head_whatever_is_in_them() -> None:
    page = shown(hostile_document())
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        width = table.count("<th>")
        assert {row.count("<td>") for row in table.split("<tr>")[2:]} == {width}
        assert "<td></td>" not in table.replace("<td></td>\n</tr>", "")


@pytest.mark.parametrize("text", ["a|b", "a\\|b", "\\\\|", "`|`", "``", "|", "\\", " ", "", "`", "a`", "\n"])
def test_foreign_text_in_a_cell_stays_in_it_and_in_code(text: str) -> None:
    made = document(regression(change("worse", dataset="d"), flips=[flip(answer=text, target="t")]))
    [row] = re.findall(r"<td>lost</td>(.*?)</tr>", shown(made), re.DOTALL)
    assert len(re.findall(r"<td><code>|<td>–", row)) == row.count("<td>") == 6


def test_the_summary_fits_in_what_github_takes() -> None:
    long = "x|" * 20_000
    many = [change("worse", model=f"{long}{number}", note=long, title=long) for number in range(300)]
    flips = [flip(answer=long, target=long, sample=f"{number}{long}") for number in range(300)]
    made = document(regression(*many, flips=flips, flaky=flips, sees=long), *[verdict(long, "worse")] * 300)
    text = markdown_of(made)
    assert len(text.encode()) < 2**20
    assert "and 200 more, see report.json" in text
    assert "and 280 more, see report.json" in text


def test_a_parameter_is_written_so_that_the_command_reads_it_back() -> None:
    text = markdown_of(document(models=["a/b", "c d"], name="3", limit=3))
    assert """-p limit 3 -p models '["a/b", "c d"]' -p name '"3"'`""" in text


# GitHub


def test_annotations_are_worst_first_and_notices_for_what_got_better() -> None:
    found = annotations_of(WORSE)
    assert [line.split(" ")[0] for line in found] == ["::error", "::warning", "::notice"]
    assert found[0].startswith(
        "::error title=worse%3A sim/sage%2C quality on capitals::sim/sage on capitals: "
    )


def test_of_many_annotations_the_last_that_github_shows_says_how_many_more() -> None:
    found = annotations_of(document(*(gate(False, str(number)) for number in range(25))))
    assert len(found) == 10
    assert found[-1] == "::error title=more::and 16 more: see report.json"


def test_what_is_undecided_is_one_warning_unless_it_fails() -> None:
    payload = regression(*(change("undecided", metric=metric) for metric in ("quality", "cost")))
    [warning] = annotations_of(document(payload))
    assert warning.startswith("::warning title=2 undecided::sim/sage on capitals: quality undecided")
    errors = annotations_of(document(payload, fail_on="undecided"))
    assert [line.split(" ")[0] for line in errors] == ["::error", "::error"]


def test_a_model_cannot_give_github_a_command() -> None:
    for line in annotations_of(hostile_document()):
        assert line.splitlines() == [line]
        assert "##[" not in line
        command, _, data = line[2:].partition("::")
        assert re.fullmatch(r"(error|warning|notice) title=[^:,\r\n]*", command)
        assert re.sub("%(25|0D|0A|3A|2C)", "", data).count("%") == 0


def test_what_does_not_fail_is_no_error_on_github() -> None:
    payloads = (regression(change("worse"), change("undecided", metric="cost"), missing=["a/b"]), gate(False))
    levels = {
        fail_on: [line.split(" ")[0] for line in annotations_of(document(*payloads, fail_on=fail_on))]
        for fail_on in ("worse", "undecided", "never")
    }
    assert levels == {
        "worse": ["::error", "::error", "::warning", "::warning"],
        "undecided": ["::error"] * 4,
        "never": ["::warning"] * 4,
    }


# GitLab


def test_code_quality_has_the_fields_that_gitlab_reads_and_one_fingerprint_a_finding() -> None:
    found = code_quality_of(WORSE, "notebooks/90_regression.ipynb")
    assert [(each["check_name"], each["severity"]) for each in found] == [("worse", "major")]
    assert found[0]["location"] == {"path": "notebooks/90_regression.ipynb", "lines": {"begin": 1}}
    strict = code_quality_of({**WORSE, "fail_on": "undecided"}, "notebooks/90_regression.ipynb")
    assert [each["check_name"] for each in strict] == ["worse", "undecided"]
    assert len({each["fingerprint"] for each in strict}) == 2
    later = document(regression(change("worse", n=99), change("same", model="sim/new")))
    [again] = code_quality_of(later, "notebooks/90_regression.ipynb")
    assert again["fingerprint"] == found[0]["fingerprint"]
    assert len(code_quality_of(hostile_document(), "x.ipynb")) == 5


def test_metrics_are_one_line_a_figure_in_families() -> None:
    lines = metrics_of(WORSE).splitlines()
    assert lines == [
        "# TYPE workbench_quality gauge",
        'workbench_quality{dataset="capitals",model="sim/swift"} 0.8',
        'workbench_quality{dataset="capitals",model="sim/sage"} 0.8',
        "# TYPE workbench_cost gauge",
        'workbench_cost{dataset="capitals",model="sim/sage"} 0.8',
        "# TYPE workbench_figure gauge",
        'workbench_figure{name="refusals",unit="share"} 0.02',
        "# EOF",
    ]


def test_whatever_names_are_metrics_stay_lines_of_their_form() -> None:
    text = metrics_of(hostile_document())
    sample = r'[a-zA-Z_][a-zA-Z0-9_]*\{\w+="([^"\\\n]|\\[\\n"])*"(,\w+="([^"\\\n]|\\[\\n"])*")*\} [-0-9.e+]+'
    for line in text.split("\n")[:-1]:
        assert re.fullmatch(rf"# TYPE \w+ gauge|# EOF|{sample}", line), line


# the page


def test_the_banner_says_it_in_words_and_links_only_to_its_own_folder() -> None:
    found = banner_of(WORSE)
    assert "❌ Worse.</b> Worse beyond chance: sim/sage: quality.</p>" in found
    assert "Exit code 1" in found
    assert '<a href="./report.json">report.json</a>' in found
    hostile = banner_of({**hostile_document(), "notebook": "javascript:x//../a.ipynb"})
    assert "<img" not in hostile
    assert 'href="./javascript%3Ax%2F%2F..%2Fa.ipynb"' in hostile
