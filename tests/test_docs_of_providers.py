"""The page about providers says what the table, the tests and the commands say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from workbench.config import load_settings
from workbench.config.fields import PROVIDER_FIELDS
from workbench.extensions import GROUPS
from workbench.providers import HOSTS, endpoint

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
EXTENSION = ROOT / "tests" / "integration" / "extension"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(
    ("name", "language"), [("workbench_parrot.py", "python"), ("pyproject.toml", "toml")]
)
def test_the_package_is_shown_as_it_is_tested(name: str, language: str) -> None:
    text = (EXTENSION / name).read_text(encoding="utf-8")
    assert text in blocks(language)
    if name.endswith(".py"):
        assert len(text.splitlines()) <= 50
        assert f"of {len(text.splitlines())} lines" in PAGE
    else:
        assert set(tomllib.loads(text)["project"]["entry-points"]) <= set(GROUPS)


def test_the_file_that_is_shown_can_be_read(tmp_path: Path) -> None:
    shown = next(block for block in blocks("toml") if "[settings]" in block)
    (tmp_path / "workbench.toml").write_text(shown)
    settings = load_settings(tmp_path, {"LAB_API_KEY": "sk-0123456789"})
    to = endpoint("lab", "llama-4", settings)
    assert (to.base_url, to.headers) == ("https://llm.lab.example/v1", {"X-Team": "red"})
    assert settings.limits["groq"].requests_per_minute == 30


def test_every_setting_of_an_address_is_named() -> None:
    named = {name for host in HOSTS.values() for name in re.findall(r"{([A-Z_]+)", host.base_url)}
    assert {"AZURE_OPENAI_ENDPOINT", "DATABRICKS_HOST"} <= named
    assert [name for name in sorted(named) if name not in PAGE] == []


def test_every_field_and_group_is_named() -> None:
    assert [name for name in (*PROVIDER_FIELDS, *GROUPS) if f"`{name}`" not in PAGE] == []
