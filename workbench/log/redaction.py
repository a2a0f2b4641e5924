"""What is taken out of a row before any of it reaches the disk: keys, and what the user's patterns find."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

import orjson

from workbench.calls import Secret
from workbench.calls.secret import SHORTEST_KEY
from workbench.errors import ConfigError
from workbench.log.schema import TABLES

# What rows are found, joined and counted by: a pattern for telephone numbers fits an experiment's name too.
_NAMES = frozenset(
    {
        *("id", "status", "provider", "model", "protocol", "finish_reason", "price_version", "error_type"),
        *("experiment", "run", "sample", "dataset", "dataset_hash", "scorer", "package_version"),
        *("kind", "labeller", "outcome", "name", "hash", "revision", "branch"),
    }
)
_WRITTEN = {
    table: [
        name
        for name, column in columns.items()
        if column.type in {"VARCHAR", "JSON", "MAP(VARCHAR, VARCHAR)"} and name not in _NAMES
    ]
    for table, columns in TABLES.items()
}
_BODIES = ("request", "response", "params")
REDACTED = "[redacted]"
_Cut = tuple[re.Pattern[str], str]  # what to take out, and what stands there instead
_Place = tuple[Any, Any]  # a dictionary or list, and the key or index of a text in it
_Way = tuple[Any, ...]  # the keys and indices that lead to it


class Redaction:
    """The keys and patterns of a log; called with a table and a row of it, it gives the row without them.

    Keys become `***` wherever they stand. What a pattern finds becomes `[redacted]` in all that users and
    models wrote: texts, bodies, errors, params, tags, labels. Patterns are not looked for in the names that
    rows are found by (ids, experiment, run, sample, model, labeller, baseline, revision), in numbers, and in
    the names of JSON fields. The pieces of a stream are searched as the one text that they are.

    Args:
        patterns: Regular expressions; see `add`.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._secrets: set[Secret] = set()
        self._patterns: dict[str, re.Pattern[str]] = {}
        self.add(patterns)

    def hide(self, secret: Secret) -> None:
        """Take out this key, too."""
        self._secrets.add(secret)

    def add(self, patterns: Iterable[str]) -> None:
        """Take out what these regular expressions find, too.

        Raises:
            ConfigError: One of them is none.
        """
        self._patterns.update({pattern: _compiled(pattern) for pattern in patterns})

    def __call__(self, table: str, line: bytes) -> bytes:
        """The row, one line of JSON, without keys and finds; the same line where it has none."""
        secrets = tuple(self._secrets)  # at once, since other threads add to it
        patterns = tuple(self._patterns.values())
        text = line.decode()
        clean = text
        for secret in secrets:
            clean = secret.redact(clean)
        has_key = clean != text
        if not has_key and not patterns:
            return line
        row: dict[str, Any] = orjson.loads(clean)
        # Who was told a key may repeat it in a stream, a few letters in each event.
        changed = has_key and _cut_stream(row.get("response"), _key_cuts(secrets))
        if _cut_row(row, _WRITTEN[table], [(pattern, REDACTED) for pattern in patterns]):
            changed = True
            if "redacted" in TABLES[table]:
                row["redacted"] = True
        return _line(row) if changed else clean.encode()


def patterns_of(setting: str | None) -> tuple[str, ...]:
    """The regular expressions in a setting, one a line."""
    return tuple(line.strip() for line in (setting or "").splitlines() if line.strip())


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as exc:
        raise ConfigError(
            f"{pattern!r} is no regular expression ({exc}): mend it where the patterns to redact are given, "
            "in WORKBENCH_REDACT (one a line) or Client(redact=[…])"
        ) from exc


def _key_cuts(secrets: Iterable[Secret]) -> list[_Cut]:
    keys = [secret.reveal() for secret in secrets]
    return [(re.compile(re.escape(key)), "***") for key in keys if len(key) >= SHORTEST_KEY]


def _cut_row(row: dict[str, Any], columns: Iterable[str], cuts: Sequence[_Cut]) -> bool:
    """Cut all texts in these columns, in place; whether there was anything to cut."""
    if not cuts:
        return False
    changed = _cut_stream(row.get("response"), cuts)
    for name in columns:
        if name in row and not (name == "response" and isinstance(row[name], list)):
            for _, container, key in _texts(row, name):
                changed |= _cut([(container, key)], cuts)
    return changed


def _cut_stream(response: Any, cuts: Sequence[_Cut]) -> bool:
    """Cut what the events of a stream say together, each at the same place in it, in place."""
    if not isinstance(response, list):
        return False
    together: defaultdict[_Way, list[_Place]] = defaultdict(list)
    for number in range(len(response)):
        for way, container, key in _texts(response, number):
            together[way[1:]].append((container, key))
    changed = False
    for places in together.values():
        texts = {container[key] for container, key in places}
        if len(texts) > 1:
            changed |= _cut(places, cuts)
        elif _finds(texts.pop(), cuts):
            # What is the same in all events is an id, no piece of anything.
            for place in places:
                changed |= _cut([place], cuts)
    return changed


def _texts(container: Any, key: Any) -> Iterator[tuple[_Way, Any, Any]]:
    """Every text under a key, however deep: the way to it, and its place."""
    todo: list[tuple[_Way, Any, Any]] = [((key,), container, key)]
    while todo:  # no recursion: a server may nest its answer deeper than Python goes
        way, container, key = todo.pop()
        value = container[key]
        if isinstance(value, str):
            yield way, container, key
        elif isinstance(value, dict):
            todo += [((*way, name), value, name) for name in value]
        elif isinstance(value, list):
            todo += [((*way, number), value, number) for number in range(len(value))]


def _finds(text: str, cuts: Sequence[_Cut]) -> bool:
    return any(pattern.search(text) for pattern, _ in cuts)


def _cut(places: Sequence[_Place], cuts: Sequence[_Cut]) -> bool:
    """Cut the text whose pieces are at these places, in place; the mark stands where a find begins."""
    before = pieces = [container[key] for container, key in places]
    if not _finds("".join(pieces), cuts):
        return False
    for pattern, mark in cuts:
        text = "".join(pieces)
        letters = list(text)
        for found in pattern.finditer(text):
            if found.group():
                letters[found.start() : found.end()] = [mark] + [""] * (len(found.group()) - 1)
        ends = accumulate(map(len, pieces))
        pieces = ["".join(letters[start:end]) for start, end in pairwise([0, *ends])]
    for (container, key), piece in zip(places, pieces, strict=True):
        container[key] = piece
    return pieces != before


def _line(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except orjson.JSONEncodeError:
        # It reads bodies of 1,024 levels and writes 254: such a body is no answer of any model.
        return orjson.dumps(row | {name: REDACTED for name in _BODIES if name in row})
