"""JUnit XML, which every CI service reads: a suite a data set, a case a model and metric."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from workbench.report.formats.document import Document
from workbench.report.formats.worded import MOST_FLIPS, change_in_figures, cut, figure, flips_of

# What XML 1.0 has no way to write, not even escaped.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST = 1000
NOTEBOOK = "notebook"
"""The suite of all that is not about one data set."""


def junit_of(document: Document) -> bytes:
    """The XML.

    A case fails just where the command's exit code would be an error: for what is worse, unless nothing is to
    fail; for what is undecided where that is to fail. Otherwise those are skipped, with the reason. The name
    of the data set is the class of a case too, since GitLab shows that alone. Times are 0, so that a report
    made again from the log has the same bytes.
    """
    suites: dict[str, list[TestCase]] = {}
    for change in document["changes"]:
        name = f"{change['model']} · {change.get('metric')}"
        body = _body(document, change)
        case = _case(document, (change["dataset"], name), change["verdict"], change["said"], body)
        suites.setdefault(str(change["dataset"]), []).append(case)
    suites.setdefault(NOTEBOOK, []).extend(_of_the_notebook(document))
    xml = JUnitXml("workbench report")
    for name, cases in suites.items():
        suite = TestSuite(_text(name))
        suite.add_testcases(_named_apart(cases))
        xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call]
    file = io.BytesIO()
    # Indented by the standard library: the parser that junitparser writes with depends on what is installed.
    xml.write(file, pretty=True)
    return file.getvalue()


def _of_the_notebook(document: Document) -> Iterable[TestCase]:
    run = TestCase(_text(document["notebook"]), NOTEBOOK, 0)
    if document["outcome"] == "failed":
        failure = document["failure"] or {"kind": "report"}
        run.result = [_result(Error, document["why"], failure["kind"])]
    yield run
    for verdict in document["verdicts"]:
        yield _case(document, (NOTEBOOK, verdict["name"]), verdict["verdict"], verdict["said"])
    for gate in document["gates"]:
        verdict = "same" if gate["passed"] else "worse"
        yield _case(document, (NOTEBOOK, f"gate: {gate['name']}"), verdict, gate["said"])
    for model in document["missing"]:
        said = f"{model} is in the baseline, but was not asked now"
        yield _case(document, (NOTEBOOK, f"{model} · missing"), "undecided", said)


def _case(
    document: Document, named: tuple[str, str], verdict: str, said: str, body: str | None = None
) -> TestCase:
    suite, name = named
    case = TestCase(_text(name), _text(suite), 0)
    fails = {"worse": document["fail_on"] != "never", "undecided": document["fail_on"] == "undecided"}
    if verdict in fails:
        case.result = [_result(Failure if fails[verdict] else Skipped, said, verdict, body)]
    return case


def _result(kind: type[Any], said: str, type_: str, body: str | None = None) -> Any:
    result = kind(_text(" ".join(said.split()), _MOST), _text(type_))
    result.text = _text(said if body is None else body, 100 * _MOST)
    return result


def _body(document: Document, change: Mapping[str, Any]) -> str:
    lines = [
        change["said"],
        f"baseline   {figure(change.get('baseline'), change.get('unit'))}",
        f"candidate  {figure(change.get('candidate'), change.get('unit'))}",
        f"change     {change_in_figures(change)}",
    ]
    if change["metric"] != "quality":
        return "\n".join(lines)
    flips = flips_of(document, change["dataset"], change["model"])
    for flip in flips[:MOST_FLIPS]:
        old, new = (cut(flip.get(f"{which}_answer"), 200) for which in ("baseline", "candidate"))
        lines += ["", f"{flip['direction']}: sample {flip['sample']}, wanted {cut(flip.get('target'), 200)}"]
        lines += [f"  then: {old}", f"  now:  {new}"]
    if len(flips) > MOST_FLIPS:
        lines += ["", f"and {len(flips) - MOST_FLIPS} more: see report.json"]
    return "\n".join(lines)


def _named_apart(cases: Iterable[TestCase]) -> list[TestCase]:
    """GitLab passes over a case whose name it has seen: the second of a name is numbered."""
    seen: dict[str, int] = {}
    apart = []
    for case in cases:
        name = str(case.name)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            case.name = f"{name} ({seen[name]})"
        apart.append(case)
    return apart


def _text(value: object, most: int = _MOST) -> str:
    return _NOT_XML.sub("\ufffd", cut(value, most))
