from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.log.journal import prepare


@pytest.mark.parametrize(("umask", "mode"), [("022", 0o700), ("002", 0o770), ("077", 0o700)])
def test_a_new_log_is_private_unless_the_group_may_write_anyway(
    umask: str, mode: int, tmp_path: Path, program: Callable[..., subprocess.Popen[str]]
) -> None:
    made = program(
        """
        import os, sys
        from pathlib import Path
        from workbench.log.journal import prepare
        os.umask(int(sys.argv[2], 8))
        prepare(Path(sys.argv[1]))
        """,
        tmp_path / "deep" / "home",
        umask,
    )
    assert made.wait() == 0
    assert (tmp_path / "deep" / "home").stat().st_mode & 0o777 == mode


def test_a_folder_that_was_there_before_stays_as_open_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o775)
    prepare(home)
    assert home.stat().st_mode & 0o777 == 0o775
