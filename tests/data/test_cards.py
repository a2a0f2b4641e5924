"""Each bundled set has a card, and the card says what the set is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workbench.evals.dataset import load_dataset

DATA = Path(__file__).parents[2] / "data"
NAMES = sorted(path.stem for path in DATA.glob("*.jsonl"))
CARDS = dict(
    re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", (DATA / "README.md").read_text(), re.MULTILINE | re.DOTALL)
)


def test_every_set_has_a_card_and_a_version() -> None:
    assert sorted(CARDS) == NAMES == sorted(json.loads((DATA / "versions.json").read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_version_licence_size_and_limits(name: str) -> None:
    card, loaded = CARDS[name], load_dataset(name)
    assert f"| Version | {loaded.version} |" in card
    assert "| Licence | CC0 1.0 |" in card
    assert re.search(rf"\| Size \| {len(loaded)} ", card)
    assert "### What it can show, and what it cannot" in card


@pytest.mark.parametrize("name", NAMES)
def test_a_card_names_every_field_of_a_row(name: str) -> None:
    fields = {key for line in (DATA / f"{name}.jsonl").read_text().splitlines() for key in json.loads(line)}
    named = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", CARDS[name], re.MULTILINE))))
    assert fields <= named
