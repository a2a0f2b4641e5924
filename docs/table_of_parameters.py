"""Writes the tables of parameters into client.md: `python docs/table_of_parameters.py`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.calls.request import PARAMS
from workbench.protocols import COMPLETIONS, EMBEDDINGS, PROTOCOLS

PAGE = Path(__file__).with_name("client.md")
BEGIN, END = "<!-- the tables begin -->\n", "<!-- the tables end -->\n"
# By the names that users write.
ASKED = {**{name: name for name in PARAMS}, "tools": "tools", "output": "schema"}
ASKED |= {"images": "images", "files": "files"}


def page(text: str) -> str:
    """The page with the tables of now."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + tables() + END + rest.partition(END)[2]


def tables() -> str:
    """What conversations carry, by protocol; and what text completions and embeddings do."""
    without_turns = {*COMPLETIONS.values(), *EMBEDDINGS.values()} - COMPLETIONS.keys()
    chat = _alike(name for name in PROTOCOLS if name not in without_turns)
    carried = [name for name in ASKED if any(name in carries for carries in chat)]
    return "\n".join(
        [
            f"| | {' | '.join(', '.join(f'`{name}`' for name in names) for names in chat.values())} |",
            f"| --- |{' :-: |' * len(chat)}",
            *(
                f"| `{ASKED[name]}` |{'|'.join(' ✓ ' if name in carries else ' ' for carries in chat)}|"
                for name in carried
            ),
            "",
            "| `complete` in | takes |",
            "| --- | --- |",
            *_lines(dict.fromkeys(COMPLETIONS.values())),
            "",
            "| `embed` in | takes |",
            "| --- | --- |",
            *_lines(dict.fromkeys(EMBEDDINGS.values())),
            "",
        ]
    )


def _lines(protocols: Iterable[str]) -> list[str]:
    return [
        f"| {', '.join(f'`{each}`' for each in names)} "
        f"| {', '.join(f'`{name}`' for name in PARAMS if name in carries)} |"
        for carries, names in _alike(protocols).items()
    ]


def _alike(protocols: Iterable[str]) -> dict[frozenset[str], list[str]]:
    """The protocols by what they carry."""
    found: dict[frozenset[str], list[str]] = {}
    for name in protocols:
        found.setdefault(PROTOCOLS[name].CARRIES, []).append(name)
    return found


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
