"""The configuration file: what it may say, and what is said of what it may not."""

from __future__ import annotations

import traceback
from dataclasses import fields
from pathlib import Path

import pytest

from workbench.config import Limits, load_settings, project_folder
from workbench.config.fields import LIMIT_FIELDS, PROVIDER_FIELDS
from workbench.config.file import read_file
from workbench.errors import ConfigError
from workbench.providers import Host

KEY = "sk-canary-0123456789"


def test_each_source_counts_more_than_the_one_before(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("B=env-file\nC_NAME=env-file\nD_NAME=env-file\n")
    (tmp_path / "workbench.toml").write_text('[settings]\nC_NAME = "file"\nD_NAME = "file"\n')
    environment = dict.fromkeys(("A", "B", "C_NAME", "D_NAME"), "environment")
    settings = load_settings(tmp_path, environment, {"D_NAME": "argument"})
    assert {name: settings.get(name) for name in environment} == {
        "A": "environment",
        "B": "env-file",
        "C_NAME": "file",
        "D_NAME": "argument",
    }
    assert dict(settings.origins) == {
        "A": "environment",
        "B": ".env",
        "C_NAME": "workbench.toml",
        "D_NAME": "argument",
    }


def test_a_folder_with_the_file_is_a_project(tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").touch()
    (tmp_path / "notebooks").mkdir()
    assert project_folder(tmp_path / "notebooks") == tmp_path


def test_settings_may_be_texts_numbers_and_flags(tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").write_text('[settings]\nA_NAME = "a"\nB_NAME = 0\nC_NAME = false\n')
    assert read_file(tmp_path / "workbench.toml").settings == {
        "A_NAME": "a",
        "B_NAME": "0",
        "C_NAME": "false",
    }


def test_limits_are_whole_numbers_by_provider(tmp_path: Path) -> None:
    text = "[limits.groq]\nconcurrency = 4\ntokens_per_minute = 6_000\n[limits.ollama]\nconcurrency = 1\n"
    (tmp_path / "workbench.toml").write_text(text)
    assert load_settings(tmp_path, {}).limits == {
        "groq": Limits(concurrency=4, tokens_per_minute=6000),
        "ollama": Limits(concurrency=1),
    }


def test_what_a_provider_may_say_is_in_its_row() -> None:
    assert set(PROVIDER_FIELDS) <= {each.name for each in fields(Host)}
    assert set(LIMIT_FIELDS) == {each.name for each in fields(Limits)}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[setings]\nA_NAME = "a"\n', 1, "no 'setings' here: did you mean 'settings'?"),
        ('\n[settings]\nLLM_PROVDER = "groq"\n', 3, "no setting 'LLM_PROVDER': did you mean 'LLM_PROVIDER'?"),
        ('[settings]\nprovider = "groq"\n', 2, "'provider' is no name of a setting: write it like"),
        ('[settings]\nA_NAME = ["a"]\n', 2, "A_NAME has to be a text, a number, true or false"),
        (f'[settings]\nOPENAI_API_KEY = "{KEY}"\n', 2, "OPENAI_API_KEY is a secret: write it into .env"),
        (
            f'[providers.lab]\nbase_url = "https://a"\nheaders = {{ X-Api-Key = "{KEY}" }}\n',
            3,
            "X-Api-Key is a secret: write it into .env, and here the name of that setting",
        ),
        ('[providers.lab]\n# where\nbase_ur = "x"\n', 3, "no 'base_ur' here: did you mean 'base_url'?"),
        ("[providers.lab]\nbase_url = 5\n", 2, "base_url has to be a text"),
        (f'[providers.lab]\nkey = "{KEY}"\n', 2, "key has to be the name of a setting, such as MY_API_KEY"),
        ('[providers."my.lab"]\nrefuses = "seed"\n', 2, "refuses has to be a list of texts"),
        ("[providers.lab]\nneeds_key = 1\n", 2, "needs_key has to be true or false"),
        ("[providers.lab]\nheaders = { a = 1 }\n", 2, "headers has to be a table of texts"),
        ('[providers.lab]\nprices = { "*" = [1] }\n', 2, "prices has to be USD per million tokens"),
        ("[providers]\nlab = 1\n", 2, "lab has to be a table: write [providers.lab]"),
        ("[[limits]]\nconcurrency = 1\n", 1, "limits has to be a table: write [limits]"),
        ("[limits.groq]\nconcurency = 1\n", 2, "no 'concurency' here: did you mean 'concurrency'?"),
        ("[limits]\ngroq.concurrency = 0\n", 2, "concurrency has to be a whole number, at least 1"),
        ("[limits.groq]\nconcurrency = true\n", 2, "concurrency has to be a whole number, at least 1"),
        (f'[settings]\nA_NAME = "a"\n{KEY}\n', 3, "not TOML: "),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_line_and_without_its_value(
    text: str, line: int, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "workbench.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})
    assert str(caught.value).startswith(f"{path}, line {line}: {words}")
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "workbench.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"workbench\.toml cannot be read"):
        load_settings(tmp_path, {})


def test_what_python_tells_is_a_setting(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).log_level is None
    assert load_settings(tmp_path, {"LOG_LEVEL": "debug"}).log_level == 10
    with pytest.raises(ConfigError, match="LOG_LEVEL is 'loud': write DEBUG"):
        _ = load_settings(tmp_path, {"LOG_LEVEL": "loud"}).log_level
