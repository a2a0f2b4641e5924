"""Right or wrong: the same text, or the letter of the right choice."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import partial

from workbench.errors import ConfigError, DataError
from workbench.evals.choices import LETTERS
from workbench.evals.scorers.reading import fold_text, read_choices, stated_passages
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.targets import by_target
from workbench.evals.scorers.wording import unreadable, verdict


def exact(*, ignore_case: bool = True, name: str = "exact") -> Scorer:
    """1 where the answer is the target but for quotes, emphasis or fences around it; else 0.

    What is folded is written at `fold_text`. An empty answer scores 0 with label `None`. The target may be a
    JSON list of texts, of which any will do; an empty one is refused.

    Args:
        ignore_case: Whether "paris" is "Paris".
        name: The scorer's.
    """
    compare = partial(compare_texts, ignore_case=ignore_case)
    return by_target(name, compare, kind="exact", ignore_case=ignore_case)


def compare_texts(text: str, target: str, *, ignore_case: bool = True) -> Score:
    """Whether two texts are the same once they are folded; `DataError` for an empty target."""
    wanted = fold_text(target, ignore_case=ignore_case)
    if not wanted:
        raise DataError(
            f"the target {target!r} is empty for the scorer 'exact': write the answer that is wanted"
        )
    read = fold_text(text, ignore_case=ignore_case)
    return verdict(read or None, wanted, right=read == wanted)


def choice(letters: str = LETTERS, *, several: bool = False, name: str | None = None) -> Scorer:
    """1 where the letter that the answer claims is the target's; else 0.

    How it is found is written at `read_choices`. Where the sample has choices, the text of one of them stands
    for its letter: as the whole answer, or behind "answer is" or in a box. An answer that claims no letter
    scores 0 with label `None`, and so does one that claims two different ones where one is right.

    Args:
        letters: Those of the options, from A to J: others that an answer seems to claim are not looked at.
        several: Whether several letters may be right, which the target names, as "A, C": the answer has to
            claim them all and no other.
        name: The scorer's; else `choice`, with `several` `choices`.

    Raises:
        ConfigError: `letters` has others than A to J.
    """
    known = letters.upper()
    if not known or set(known) - set(LETTERS):
        raise ConfigError(f"letters is {letters!r}: write some of {LETTERS!r}, as 'ABCD'")
    kind = "choices" if several else "choice"
    compare = partial(compare_choices, letters=known, several=several)
    scorer = by_target(name or kind, compare, kind=kind, letters=known)

    def give(answer: Answer) -> Score | Awaitable[Score]:
        return scorer.give(replace(answer, text=_by_letter(answer.text, answer.sample.choices)))

    return replace(scorer, give=give)


def compare_choices(text: str, target: str, *, letters: str = LETTERS, several: bool = False) -> Score:
    """Whether a text claims the letters of the target; `DataError` for a target that names none to claim."""
    wanted = _claimed(target, letters)
    if not wanted or (len(wanted) > 1 and not several):
        kind, example = ("choices", "'A, C'") if several else ("choice", "'B'")
        form = "names no letter" if several else "is not one letter"
        among = f"{letters[0]} to {letters[-1]}"
        raise DataError(f"the target {target!r} {form} from {among} for the scorer {kind!r}: write {example}")
    read = _claimed(text, letters)
    if len(read) > 1 and not several:
        return unreadable(f"the text claims {' and '.join(read)}")
    return verdict(", ".join(read) or None, ", ".join(wanted), right=read == wanted)


def _by_letter(text: str, choices: Sequence[str]) -> str:
    """The letter of the one choice whose text an answer gives; else the answer as it is."""
    if not choices:
        return text
    folded = [fold_text(choice) for choice in choices]
    stated = (passage.strip().partition("\n")[0] for passage in stated_passages(text))
    for passage in (text, *stated):
        said = fold_text(passage)
        # "Vitamin C" may be choice A; a "B" by itself is a letter, whatever the choices are called.
        if folded.count(said) == 1 and (len(said) > 1 or not read_choices(text)):
            return LETTERS[folded.index(said)]
    return text


def _claimed(text: str, letters: str) -> tuple[str, ...]:
    return tuple(letter for letter in read_choices(text) if letter in letters)
