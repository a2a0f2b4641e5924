"""Words or a pattern, looked for in the answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import regex as patterns

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers.beside import beside
from workbench.evals.scorers.plain import compare_texts
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.targets import any_of as targets_of
from workbench.evals.scorers.targets import best_of, by_target, target_of
from workbench.evals.scorers.wording import label_of, shown, unreadable
from workbench.words import UNSPACED

if TYPE_CHECKING:
    from workbench.evals.sample import Sample

TIME_LIMIT_S = 1.0
"""So much time of the processor a pattern may take for one answer."""


def contains(
    *,
    all_of: Sequence[str] = (),
    any_of: Sequence[str] = (),
    ignore_case: bool = True,
    name: str = "contains",
) -> Scorer:
    """1 where the answer has the target in it, as whole words; else 0.

    "Oslo" is not in "Oslovian"; in scripts without spaces any place will do. White space and Unicode's
    compatibility forms do not count. What is said of the words is not looked at: "not Oslo" has Oslo in it.
    The label is what was found, `None` where nothing was. The target may be a JSON list of texts, of which
    any will do.

    Args:
        all_of: Words or phrases instead of a target, all of which have to be there.
        any_of: The same, one of which is enough.
        ignore_case: Whether "oslo" is "Oslo".
        name: The scorer's.

    Raises:
        ConfigError: Both are given, or one is empty or a single text.
    """
    if all_of and any_of:
        raise ConfigError("all_of and any_of are both given: give one, or make two scorers")
    given = all_of or any_of
    if not given:
        compare = partial(_contained, ignore_case=ignore_case)
        return by_target(name, compare, kind="contains", ignore_case=ignore_case)
    if isinstance(given, str) or not all(_spaced(phrase) for phrase in given):
        raise ConfigError(f"{given!r:.80} is no list of words or phrases: write ['Oslo', 'Norway']")
    chosen = {"all_of": list(all_of)} if all_of else {"any_of": list(any_of)}

    def give(answer: Answer) -> Score:
        text = _folded(answer.text, ignore_case)
        found = [phrase for phrase in given if _has(text, _folded(phrase, ignore_case))]
        missing = [phrase for phrase in given if phrase not in found]
        right = not missing if all_of else bool(found)
        said = f"has {_listed(found)}" if found else ""
        lacks = f"lacks {_listed(missing)}" if missing else ""
        return Score(
            value=float(right),
            label=label_of(", ".join(found)) or None,
            explanation=said if right else "; ".join(filter(None, (said, lacks))),
        )

    params = {"kind": "contains", **chosen, "ignore_case": ignore_case}
    return Scorer(name=name, give=give, params=params)


def _contained(text: str, target: str, *, ignore_case: bool) -> Score:
    if not _spaced(target):
        raise DataError(f"the target {target!r} is empty for the scorer 'contains': write what is wanted")
    if _has(_folded(text, ignore_case), _folded(target, ignore_case)):
        return Score(value=1.0, label=label_of(_spaced(target)), explanation=f"has {shown(target)}")
    return Score(value=0.0, explanation=f"lacks {shown(target)}")


def _listed(phrases: Sequence[str]) -> str:
    return ", ".join(shown(phrase) for phrase in phrases)


def _has(text: str, phrase: str) -> bool:
    return _pattern_of(phrase).search(text) is not None


def _folded(text: str, ignore_case: bool) -> str:
    return _spaced(text).casefold() if ignore_case else _spaced(text)


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=256)
def _pattern_of(phrase: str) -> re.Pattern[str]:
    letter = rf"[^\W_{UNSPACED}]"
    before = rf"(?<!{letter})" if re.match(letter, phrase[0]) else ""
    behind = rf"(?!{letter})" if re.match(letter, phrase[-1]) else ""
    return re.compile(f"{before}{re.escape(phrase)}{behind}")


def regex(
    pattern: str | None = None,
    *,
    group: int | str | None = None,
    ignore_case: bool = False,
    name: str = "regex",
) -> Scorer:
    r"""1 where the pattern is found in the answer; else 0.

    With `group` the pattern says where the answer stands, as `r"ANSWER: (.+)"` does: what the group has in
    its last match is compared with the target as `exact` compares. An answer in which the pattern is not
    found scores 0 with label `None`; one for which it takes longer than a second gets a score without value.

    Args:
        pattern: In the syntax of `regex`, which has that of `re` in it; `None`: each sample's target is one.
        group: Number or name of a group of the pattern.
        ignore_case: Whether small and capital letters are the same to the pattern.
        name: The scorer's.

    Raises:
        ConfigError: It is no pattern, or has no such group.

    Source:
        https://github.com/mrabarnett/mrab-regex, "timeout".
    """
    if pattern is None and group is not None:
        raise ConfigError(f"group is {group!r} and there is no pattern: write one that has it")
    if pattern is not None:
        compiled = _compiled(pattern, ignore_case)
        if group is not None and group not in [*range(compiled.groups + 1), *compiled.groupindex]:
            raise ConfigError(f"the pattern {pattern!r} has no group {group!r}: put what is to be read in ()")
    said = {"pattern": pattern, "group": group, "ignore_case": ignore_case}
    params = {what: value for what, value in said.items() if value is not None}

    def check(sample: Sample) -> None:
        if pattern is None:
            target = target_of(sample, name)
            try:
                _compiled(target, ignore_case)
            except ConfigError as exc:
                raise DataError(f"the target is {exc}") from exc
        elif group is not None:
            for target in targets_of(target_of(sample, name)):
                compare_texts(target, target)

    async def give(answer: Answer) -> Score:
        compiled = _compiled(target_of(answer.sample, name) if pattern is None else pattern, ignore_case)
        try:
            found = await beside(_last_match, compiled, answer.text, group)
        except TimeoutError:
            return Score(value=None, explanation=f"{shown(compiled.pattern)} took over {TIME_LIMIT_S:g} s")
        if found is None:
            return unreadable(f"{shown(compiled.pattern)} is not in it")
        if group is None:
            return Score(value=1.0, label=label_of(found), explanation=f"found {shown(found)}")
        wanted = targets_of(target_of(answer.sample, name))
        return best_of(compare_texts, found, wanted)

    return Scorer(name=name, give=give, check=check, params={"kind": "regex", **params})


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool) -> patterns.Pattern[str]:
    try:
        return patterns.compile(pattern, patterns.IGNORECASE if ignore_case else 0)
    except patterns.error as exc:
        raise ConfigError(f"no pattern: {pattern!r:.80} ({exc}): mend it") from exc


def _last_match(pattern: patterns.Pattern[str], text: str, group: int | str | None) -> str | None:
    """What the pattern finds; with a group the last match counts, for models correct themselves."""
    if group is None:
        match = pattern.search(text, timeout=TIME_LIMIT_S, concurrent=True)
        return None if match is None else match[0]
    found: str | None = None
    for match in pattern.finditer(text, timeout=TIME_LIMIT_S, concurrent=True):
        found = match[group]
    return found
