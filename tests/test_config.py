"""Settings: where they come from, which one counts, and that they do not show themselves."""

from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path

import pytest

from workbench.config import Settings, load_settings, project_folder
from workbench.errors import ConfigError

KEY = "sk-canary-0123456789"


def test_the_project_is_the_nearest_folder_with_a_mark(tmp_path: Path) -> None:
    inner = tmp_path / "project" / "notebooks" / "deep"
    inner.mkdir(parents=True)
    for mark in (".git", "pyproject.toml", ".workbench"):
        (tmp_path / "project" / mark).mkdir()
        assert project_folder(inner) == tmp_path / "project"
        (tmp_path / "project" / mark).rmdir()
    (inner / ".git").mkdir()
    assert project_folder(inner) == inner


def test_env_file_overrides_the_environment_and_an_empty_value_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("# keys\nA_KEY='from file' # why\nexport B_KEY=b\nC_KEY=\nD_KEY=  \n")
    environment = {"A_KEY": "from environment", "C_KEY": "c", "E_KEY": " e "}
    settings = load_settings(tmp_path, environment)
    assert settings.get("A_KEY") == "from file"
    assert settings.get("B_KEY") == "b"
    assert settings.get("C_KEY") is settings.get("D_KEY") is settings.get("NOWHERE") is None
    assert settings.get("NOWHERE", "E_KEY", "A_KEY") == "e"
    assert environment["A_KEY"] == "from environment"


def test_without_an_env_file_there_is_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    settings = load_settings(tmp_path, {"LLM_PROVIDER": "sim"})
    assert settings.default_provider == "sim"
    assert settings.home == tmp_path / ".workbench"


def test_the_home_of_the_log_can_be_elsewhere(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, values={"WORKBENCH_HOME": str(tmp_path / "a" / ".." / "log")})
    assert settings.home == (tmp_path / "log").resolve()


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA_KEY=a\r\nB_KEY=b\r\n")
    settings = load_settings(tmp_path, {})
    assert (settings.get("A_KEY"), settings.get("B_KEY")) == ("a", "b")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"A_KEY={KEY}\nB_KEY {KEY}\n".encode(), 2),
        (f"\n\n# keys\n\n  B_KEY: {KEY}\n".encode(), 5),
        (f"A_KEY='a\nb'\n\n{KEY}\n".encode(), 4),
        (f"A_KEY='{KEY}\n".encode(), 1),
        (f"A_KEY={KEY}\nB_KEY=caf\xe9 {KEY}\n".encode("latin-1"), 2),
        (f"A_KEY={KEY}\n".encode("utf-16"), 1),
    ],
    ids=["blank", "colon", "bare", "quote", "latin-1", "utf-16"],
)
def test_a_malformed_env_file_is_an_error_with_its_line_and_without_its_content(
    content: bytes, line: int, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})
    assert str(caught.value).startswith(f"{tmp_path / '.env'}, line {line}: ")
    assert "NAME=value" in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert "canary" not in shown


def test_an_env_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").symlink_to("/proc/self/mem")  # a file that nobody can read from its beginning
    with pytest.raises(ConfigError, match=r"\.env cannot be read"):
        load_settings(tmp_path, {})


def test_settings_do_not_show_their_values() -> None:
    settings = Settings(project=Path("p"), values={"A_KEY": KEY})
    secret = settings.secret("A_KEY")
    assert secret is not None
    assert secret.reveal() == KEY
    assert settings.secret("NOWHERE") is None
    assert "canary" not in f"{settings!r} {settings} {secret!r} {secret}"
    for take in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="settings hold keys"):
            take(settings)


def test_when_the_disk_has_to_confirm_rows_is_a_setting(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).log_sync == "quarter-second"
    assert load_settings(tmp_path, {"WORKBENCH_LOG_SYNC": "each"}).log_sync == "each"
    with pytest.raises(ConfigError, match=r"WORKBENCH_LOG_SYNC is 'always': write 'each'"):
        _ = load_settings(tmp_path, {"WORKBENCH_LOG_SYNC": "always"}).log_sync
