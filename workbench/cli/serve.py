"""`workbench simulate` and `workbench lab`: commands that go on until they are ended."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import click

from workbench.bundled import bundled
from workbench.cli.console import out


@click.command(short_help="Serve simulated models over three protocols.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8399, show_default=True, help="Port to listen at."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--seed", default=0, show_default=True, help="Which questions the models get wrong.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Questions that the models know: JSONL, or a folder of it.",
)
def simulate(port: int, host: str, seed: int, data: Path | None) -> NoReturn:
    """Serve simulated models, named sim/…, over three protocols; needs no key and no network.

    Where WORKBENCH_SIM_KEY is set, clients have to send it as their key.
    """
    command = [sys.executable, "-m", "workbench.simulator", "--quiet", "--host", host, "--port", str(port)]
    command += ["--seed", str(seed), "--answers", str(data or bundled("data"))]
    out.print(
        f"Simulated models at http://{host}:{port}: OpenAI, Anthropic and Ollama protocols. Ctrl-C ends it."
    )
    _become(command)


@click.command(
    short_help="Open JupyterLab on the notebooks.", context_settings={"ignore_unknown_options": True}
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB OPTION]...")
def lab(options: tuple[str, ...]) -> NoReturn:
    """Open JupyterLab on the notebooks; outside a checkout they are copied into ./notebooks first.

    Options such as --no-browser, --port=8890 or --allow-root go on to JupyterLab.
    """
    notebook = (_notebooks() / "10_compare.ipynb").resolve().relative_to(Path.cwd().resolve())
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={Path.cwd()}"]
    command += [f"--LabApp.default_url=/lab/tree/{notebook.as_posix()}"]
    _become([*command, *options])


def _become(command: list[str]) -> NoReturn:
    # In place of this process, so that Ctrl-C and signals reach the server, which ends in good order.
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - modules of this environment


def _notebooks() -> Path:
    source = bundled("notebooks")
    if source.resolve().is_relative_to(Path.cwd().resolve()):
        return source
    folder = Path("notebooks")
    folder.mkdir(exist_ok=True)
    for notebook in sorted(source.glob("*.ipynb")):
        copy = folder / notebook.name
        if copy.exists():
            out.print(f"{copy} is there already and is left as it is")
        else:
            shutil.copyfile(notebook, copy)
            out.print(f"{copy} copied")
    return folder
