"""Right or wrong: the answer is read out of the text and compared with the target."""

from __future__ import annotations

import math
from decimal import Decimal

from workbench.errors import DataError
from workbench.evals.scorers.reading import fold_text, is_whole, number_label, read_choices, read_number
from workbench.evals.scorers.scorer import Score

NO_ANSWER = "no answer could be read"


def exact(text: str, target: str) -> Score:
    """1 where text and target are the same but for case and for quotes, emphasis or fences around them.

    What is folded is written at `fold_text`. Empty text scores 0 with label `None`.

    Raises:
        DataError: The target is empty.
    """
    wanted = fold_text(target)
    if not wanted:
        raise DataError(
            f"the target {target!r} is empty for the scorer 'exact': write the answer that is wanted"
        )
    read = fold_text(text)
    return _score(read or None, wanted, right=read == wanted)


def number(text: str, target: str) -> Score:
    """1 where the number that the text gives is the target's: |a - b| <= max(1e-6 * max(|a|, |b|), 1e-9).

    Two whole numbers have to be the same, whatever their size: a product that is wrong in its last digit is
    wrong. How the number is found is written at `read_number`. Text without one scores 0 with label `None`.

    Raises:
        DataError: The target has no number.
    """
    wanted = read_number(target)
    if wanted is None:
        raise DataError(f"the target {target!r} has no number for the scorer 'number': write one, as '42'")
    read = read_number(text)
    if read is None:
        return _score(None, number_label(wanted), right=False)
    return _score(number_label(read), number_label(wanted), right=_close(read, wanted))


def _close(a: Decimal, b: Decimal) -> bool:
    if is_whole(a) and is_whole(b):
        return a == b
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def choice(text: str, target: str) -> Score:
    """1 where the one letter from A to J that the text claims is the target's.

    How it is found is written at `read_choices`. Text that claims no letter, or two different ones, scores 0
    with label `None`.

    Raises:
        DataError: The target is not one letter.
    """
    wanted = read_choices(target)
    if len(wanted) != 1:
        raise DataError(
            f"the target {target!r} is not one letter from A to J for the scorer 'choice': write 'B'"
        )
    read = read_choices(text)
    if len(read) > 1:
        claims = " and ".join(read)
        return Score(value=0.0, label=None, explanation=f"{NO_ANSWER}: the text claims {claims}")
    return _score(read[0] if read else None, wanted[0], right=read == wanted)


def _score(read: str | None, wanted: str, *, right: bool) -> Score:
    if read is None:
        return Score(value=0.0, label=None, explanation=NO_ANSWER)
    explanation = f"read {read!r}, as wanted" if right else f"read {read!r}, wanted {wanted!r}"
    return Score(value=float(right), label=read, explanation=explanation)
