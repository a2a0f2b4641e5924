"""Whether a person sits at a live front end, or a notebook is run by a machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping

# jupyter-server gives JPY_SESSION_NAME to the kernels of its sessions (Lab, Notebook, Hub); papermill,
# nbclient and nbconvert start theirs without a session. VS Code's kernels carry one of the other two
# (microsoft/vscode-jupyter#3364, holoviz/panel#5200); its terminals do not.
SIGNS = ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD")


def interactive(environ: Mapping[str, str] = os.environ, modules: Collection[str] = sys.modules) -> bool:
    """Whether a widget shown now reaches a front end that can bring it to life.

    A kernel that is started from inside a kernel inherits its environment and would pass for interactive:
    whoever runs notebooks from a notebook sets `WORKBENCH_HEADLESS=1` for them.

    Args:
        environ: The process's environment; `WORKBENCH_HEADLESS=1` in it says no whatever else it holds.
        modules: Names of the modules that are loaded; Colab is known by its own.
    """
    if environ.get("WORKBENCH_HEADLESS") == "1":
        return False
    return any(environ.get(sign) for sign in SIGNS) or "google.colab" in modules
