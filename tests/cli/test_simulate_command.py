"""`workbench simulate`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from workbench.cli import workbench


@pytest.mark.parametrize("port", ["0", "99999", "x"])
def test_a_port_that_is_none_is_said(port: str) -> None:
    result = CliRunner().invoke(workbench, ["simulate", "--port", port])
    assert result.exit_code == 2
    assert "Invalid value for '--port'" in result.output
    assert "Simulated models" not in result.output
