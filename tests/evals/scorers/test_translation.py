"""BLEU and chrF beside the library that gives them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sacrebleu import sentence_bleu, sentence_chrf
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from scored import scored

from workbench.errors import DataError
from workbench.evals.scorers import SCORERS

TEXT, TARGETS = "the cat sat on the mat", ["the cat sat on a mat", "a cat was sitting on the mat"]


def test_bleu_and_chrf_are_those_of_sacrebleu() -> None:
    target = '["the cat sat on a mat", "a cat was sitting on the mat"]'
    assert scored("bleu", TEXT, target).value == sentence_bleu(TEXT, TARGETS).score / 100
    assert scored("chrf", TEXT, target).value == sentence_chrf(TEXT, TARGETS).score / 100
    assert (
        scored("chrf++", TEXT, TARGETS[0]).value == sentence_chrf(TEXT, TARGETS[:1], word_order=2).score / 100
    )


@pytest.mark.parametrize(
    ("name", "metric"),
    [("bleu", BLEU(effective_order=True)), ("chrf", CHRF()), ("chrf++", CHRF(word_order=2))],
)
def test_the_signature_says_how_it_was_computed(name: str, metric: BLEU | CHRF) -> None:
    metric.sentence_score(TEXT, TARGETS)
    signature = str(metric.get_signature()).removeprefix("nrefs:2|")
    assert SCORERS[name].params == {"kind": name, "signature": signature}


def test_an_empty_target_is_refused() -> None:
    with pytest.raises(DataError, match=r"the target .* is empty for the scorer 'bleu'"):
        scored("bleu", TEXT, '["the cat", " "]')


def test_without_the_library_the_error_names_what_to_install() -> None:
    script = (
        "import sys; sys.modules['sacrebleu.metrics.bleu'] = None\n"
        "from types import SimpleNamespace\n"
        "from workbench.evals.scorers import SCORERS\n"
        "try: SCORERS['bleu'].check(SimpleNamespace(id='1', target='Hallo'))\n"
        "except Exception as exc: print(type(exc).__name__, exc)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ConfigError BLEU and chrF need sacrebleu")
    assert "pip install 'llm-workbench[metrics]'" in done.stdout
