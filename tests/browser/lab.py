"""A real JupyterLab and the few things that a test does in it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from playwright.async_api import BrowserContext, Page

REPOSITORY = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Themes and news would make the tests depend on the network and on the user's own settings.
SETTINGS = {
    "notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "themes": '{"theme": "JupyterLab Light"}',
}


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A running JupyterLab: where it is, how to get in, and the folder that it shows."""

    url: str
    token: str
    root: Path

    def copy(self, path: Path) -> str:
        """Put a copy of a file into its folder; gives the path that the lab knows it by."""
        shutil.copy(path, self.root / path.name)
        return path.name

    def write(self, name: str, *cells: str) -> str:
        """Put a notebook of these code cells into its folder; gives the path that the lab knows it by."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, self.root / name)
        return name


def chromium() -> str | None:
    """The executable of a Chromium, `None` where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("WORKBENCH_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def running_lab(folder: Path, module: Sequence[str] = ("jupyterlab",)) -> Iterator[Lab]:
    """A JupyterLab of its own under `folder`: its settings, kernels and files are nobody else's.

    `module` is what Python runs to start it, with arguments that come first; it begins in the lab's folder.
    """
    root, token, port = folder / "root", secrets.token_hex(16), _free_port()
    root.mkdir()
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    for name, text in SETTINGS.items():
        (settings / f"{name}.jupyterlab-settings").write_text(text)
    command = [
        *(sys.executable, "-m", *module, "--no-browser", "--allow-root", "--expose-app-in-browser"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--LabApp.user_settings_dir={folder / 'settings'}"),
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, env=_environment(folder), stdout=log, stderr=log, cwd=root)
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "lab.log")
            yield Lab(url=f"http://127.0.0.1:{port}", token=token, root=root)
        finally:
            server.terminate()  # it ends its kernels first
            server.wait(timeout=30)


async def log_in(context: BrowserContext, lab: Lab) -> None:
    """Let the browser in: the pages and websockets of this context need no token from then on."""
    page = await context.new_page()
    await page.goto(f"{lab.url}/login?token={lab.token}&next=/api")
    await page.close()


def console_errors(page: Page) -> list[str]:
    """A list that fills with the page's errors from now on: the console's, and those that nobody caught."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


async def open_notebook(page: Page, path: str) -> None:
    """Open a notebook of the lab's folder and wait for its kernel; the page's context is logged in."""
    await page.goto(f"/lab/tree/{path}?reset")
    await wait_idle(page)


async def run_all(page: Page, timeout_s: float = 60) -> None:
    """Run every cell, and wait until all have ended."""
    await page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    await wait_idle(page, timeout_s)


async def wait_idle(page: Page, timeout_s: float = 60) -> None:
    """Wait until the notebook's kernel has nothing to do and no cell waits for it."""
    await page.wait_for_function(
        """() => {
            const panel = window.jupyterapp?.shell.currentWidget;
            return panel?.sessionContext?.session?.kernel?.status === 'idle'
                && panel.content.widgets.length > 0
                && panel.content.widgets.every(cell => cell.model.executionState !== 'running'
                    && cell.promptNode?.textContent !== '[*]:');
        }""",
        timeout=timeout_s * 1000,
    )


async def change_theme(page: Page, theme: str) -> None:
    """`JupyterLab Dark` or `JupyterLab Light`, and wait until the page wears it."""
    await page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    await page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)


async def screenshot(page: Page, name: str, selector: str = ".jp-Notebook") -> None:
    """Keep a picture for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    await page.locator(selector).first.screenshot(path=SCREENSHOTS / f"{name}.png")


def _environment(folder: Path) -> dict[str, str]:
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY", "WORKBENCH"))
    }
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    return {**kept, **own, "HOME": str(folder), "IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": path}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")
