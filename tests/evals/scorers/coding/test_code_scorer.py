"""Code as an answer: what is taken for it, what it is tried with, and what its score says."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored import NOBODY

from workbench.errors import ConfigError, DataError
from workbench.evals.dataset import Sample, load_dataset
from workbench.evals.scorers import SCORERS, Answer, Score, Scorer, code
from workbench.evals.scorers.coding.blocks import blocks_of
from workbench.evals.scorers.coding.isolation import isolation
from workbench.evals.scorers.coding.tries import same

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="has no such limits"),
    pytest.mark.filterwarnings("ignore:code that models write"),
]

ADD = "def add(a, b):\n    return a + b"
FENCED = f"Here you are:\n\n```python\n{ADD}\n```\n\nIt adds."
TESTS = "assert add(1, 2) == 3\nassert add('a', 'b') == 'ab'"
CASES = [{"call": "add(1, 2)", "expected": 3}, {"call": "add([1], [2])", "expected": [1, 2]}]


def sample_of(target: Any, question: str = "Write add.", **meta: Any) -> Sample:
    [sample] = load_dataset([{"input": question, "target": target, "scorer": "code", **meta}])
    return sample


def given_to(text: str, sample: Sample, scorer: Scorer = SCORERS["code"]) -> Score:
    scorer.check(sample)
    return asyncio.run(scorer.score(Answer(text=text, sample=sample, client=NOBODY)))


def no_code(reason: str) -> Score:
    return Score(value=0, label="no code", explanation=reason)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        (" \n", []),
        ("x = 1", ["x = 1"]),
        (FENCED, [ADD]),
        ("```\nx = 1\n```", ["x = 1"]),
        ("```py\nx = 1\n```\nor\n```Python3\ny = 1\n```\nprints\n```\n1\n```", ["x = 1", "y = 1"]),
        ("```bash\npip install x\n```\n```\nx = 1\n```", ["x = 1"]),
        ("```js\nlet x\n```", []),
        ("```python\nx = '''\n``` inside\n'''\n```", ["x = '''\n``` inside\n'''"]),
        ("````python title='a.py'\nx = 1\n```\ny = 1\n````", ["x = 1\n```\ny = 1"]),
        ("~~~python\nx = 1\n~~~", ["x = 1"]),
        ("```python\nx = 1", ["x = 1"]),
        ("```python\n\n```", []),
        ("use `x = 1` there", ["use `x = 1` there"]),
    ],
)
def test_the_blocks_of_an_answer(text: str, blocks: list[str]) -> None:
    assert blocks_of(text) == blocks


@pytest.mark.parametrize(
    ("text", "target", "score"),
    [
        (FENCED, TESTS, Score(value=1, label="passed", explanation="1 of 1 tests passed")),
        (ADD, CASES, Score(value=1, label="passed", explanation="2 of 2 tests passed")),
        (
            "def add(a, b): return 3",
            TESTS,
            "AssertionError, in \"assert add('a', 'b') == 'ab'\"",
        ),
        (
            "def add(a, b): return 3",
            CASES,
            Score(
                value=0,
                label="failed",
                explanation="1 of 2 tests passed; 2: 'add([1], [2])' is '3', wanted '[1, 2]'",
            ),
        ),
        ("```python\nimport nothing\n```", TESTS, "ModuleNotFoundError: No module named 'nothing'"),
        ("```python\ndef add(a, b)\n```", TESTS, "SyntaxError: expected ':' (answer.py, line 1)"),
        (
            "I am sorry, Dave.",
            TESTS,
            no_code("there is no block of code in it"),
        ),
        (
            "```js\nx\n```",
            TESTS,
            no_code("there is no block of Python in it"),
        ),
        ("", TESTS, no_code("there is no block of Python in it")),
        (
            "```python\nimport os; os._exit(3)\n```",
            TESTS,
            Score(
                value=0, label="crashed", explanation="it ended with status 3, before the tests were through"
            ),
        ),
        (
            "```python\nx = 'a' * 10**10\n```",
            TESTS,
            Score(value=0, label="memory", explanation="MemoryError"),
        ),
        ("raise ValueError('\ud83d' + 'x' * 1000)", TESTS, f"ValueError: \ufffd{'x' * 287}…"),
    ],
)
def test_a_score_says_what_came_of_it(text: str, target: Any, score: Score | str) -> None:
    wanted = score if isinstance(score, Score) else Score(value=0, label="failed", explanation=score)
    assert given_to(text, sample_of(target)) == wanted


def test_what_takes_too_long_has_a_label_of_its_own() -> None:
    began = time.monotonic()
    slow = given_to("while True: pass", sample_of(TESTS), code(timeout_s=0.3))
    assert (slow.value, slow.label, slow.explanation) == (0, "timeout", "it took too long")
    assert time.monotonic() - began < 5


def test_graded_is_the_share_of_the_tests_that_pass() -> None:
    half = given_to("def add(a, b): return 3", sample_of(CASES), code(graded=True))
    assert (half.value, half.label) == (0.5, "failed")
    texts = [
        "assert add(1, 2) == 3",
        "assert add(1, 1) == 2",
        "assert add(2, 1) == 3",
        "assert not add(0, 0)",
    ]
    assert given_to("def add(a, b): return 3", sample_of(texts), code(graded=True)).value == 0.5


def test_a_program_is_tried_with_inputs() -> None:
    sample = sample_of([{"stdin": "1 2\n", "expected": "3"}, {"stdin": "2 3", "expected": "5\n"}])
    assert given_to("print(sum(map(int, input().split())), ' ')", sample).label == "passed"
    wrong = given_to("print(3)", sample)
    assert wrong.explanation == "1 of 2 tests passed; 2: it printed '3', wanted '5'"


def test_the_form_of_humaneval() -> None:
    question = 'from typing import List\n\n\ndef total(xs: List[int]) -> int:\n    """The sum."""\n'
    tests = "def check(candidate):\n    assert candidate([1, 2]) == 3"
    sample = sample_of(tests, question, entry_point="total")
    for answer in (
        "    return sum(xs)",
        "```python\n    return sum(xs)\n```",
        f"```python\n{question}    return sum(xs)\n```",
        "```python\ndef total(xs):\n    return sum(xs)\n```\nas in\n```python\n>>> total([1])\n```",
    ):
        assert given_to(answer, sample).label == "passed", answer
    assert given_to("    return 4", sample).label == "failed"


def test_tests_may_stand_in_a_column_of_their_own() -> None:
    sample = Sample(id="1", input="?", target=None, meta={"test_list": ["assert add(1, 2) == 3"]})
    scorer = code("test_list", name="mbpp")
    assert given_to(ADD, sample, scorer).value == 1
    assert scorer.params["tests"] == "test_list"
    with pytest.raises(DataError, match=r"sample '1' has no column 'tests' for the scorer 'code'"):
        code("tests").check(sample)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("assert add(", r"is no Python"),
        ("[1, 2", r"is no JSON"),
        ([{"call": "add(1", "expected": 1}], r"is no Python"),
        ([{"call": "add(1)"}], r"write Python with asserts"),
        ([{"stdin": 1, "expected": "1"}], r"write Python with asserts"),
        ([1], r"have 1: write Python"),
        ([""], r"have '': write Python"),
    ],
)
def test_tests_that_cannot_be_tried_are_refused_before_any_call(target: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        sample_of(target)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timeout_s": 0}, r"timeout_s is 0: write a number above 0"),
        ({"memory_mb": -1}, r"memory_mb is -1"),
        ({"output_kb": float("nan")}, r"output_kb is nan"),
        ({"require": "docker"}, r"require is 'docker': write one of 'namespaces', 'landlock', 'limits'"),
    ],
)
def test_limits_that_are_none_are_refused(options: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        code(**options)


def test_what_is_required_is_there_or_refused() -> None:
    sample = sample_of(TESTS)
    code(require=isolation()).check(sample)
    code(require="limits").check(sample)
    if isolation() != "namespaces":
        with pytest.raises(ConfigError, match="'namespaces' is required"):
            code(require="namespaces").check(sample)


def test_a_sandbox_that_fails_is_no_score_of_the_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sample = sample_of(TESTS)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    score = given_to(ADD, sample)
    assert (score.value, score.label) == (None, None)
    assert score.explanation.startswith("could not be scored: the sandbox does not start: ")


async def test_many_are_scored_side_by_side() -> None:
    sample = sample_of(CASES[:1])
    answers = [ADD if number % 2 else "def add(a, b): pass" for number in range(8)]
    scores = await asyncio.gather(
        *(SCORERS["code"].score(Answer(text=text, sample=sample, client=NOBODY)) for text in answers)
    )
    assert [score.value for score in scores] == [0, 1] * 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_values_are_the_same_as_themselves_whichever_is_first(a: Any, b: Any) -> None:
    assert same(a, json.loads(json.dumps(a)))
    assert same(a, b) == same(b, a)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        (0.1 + 0.2, 0.3, True),
        (3, 3.0, True),
        (10**20, 10**20 + 1, False),
        (10**400, 1.5, False),
        (True, 1, False),
        (0, None, False),
        ("1", 1, False),
        ([1, [2]], [1, [3]], False),
        ([1], [1, 2], False),
        ({"a": 1}, {"b": 1}, False),
    ],
)
def test_which_values_are_the_same(a: Any, b: Any, alike: bool) -> None:
    assert same(a, b) is alike
