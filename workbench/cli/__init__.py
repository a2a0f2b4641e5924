"""The `workbench` command."""

from __future__ import annotations

import io
import logging
import sys
import traceback
import warnings

import click

from workbench.cli.baseline import baseline
from workbench.cli.compare import compare
from workbench.cli.config import config
from workbench.cli.console import COULD_NOT_RUN, FINE, INTERRUPTED, err, tell
from workbench.cli.doctor import doctor
from workbench.cli.extensions import extensions
from workbench.cli.keep import export, import_, prune
from workbench.cli.log import log
from workbench.cli.models import models
from workbench.cli.providers import providers
from workbench.cli.replay import replay
from workbench.cli.report import report
from workbench.cli.serve import lab, simulate
from workbench.cli.show import show
from workbench.cli.tail import tail
from workbench.cli.usage import usage
from workbench.config import load_settings
from workbench.errors import ConfigError, WorkbenchError


def main() -> None:
    """Run the command; what the user can mend ends with one line, not with a traceback."""
    warnings.showwarning = lambda message, *_: tell(message)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A job may have no locale, or that of an old Windows: it has no sign for most of what models write.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(workbench(standalone_mode=False) or FINE)
    except click.ClickException as exc:
        exc.show()
        sys.exit(COULD_NOT_RUN)
    except (KeyboardInterrupt, click.Abort):
        err.print("\nInterrupted. Every call that was made is in the log.")
        sys.exit(INTERRUPTED)
    except (WorkbenchError, OSError) as exc:
        tell(exc)
        sys.exit(COULD_NOT_RUN)
    except Exception:  # a bug of ours: Python's own exit code for it would be that of a regression
        traceback.print_exc()
        sys.exit(COULD_NOT_RUN)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: workbench compare",
)
@click.version_option(package_name="llm-workbench", message="%(version)s")
def workbench() -> None:
    """Compare language models: every call logged, every figure with its uncertainty."""
    try:
        settings = load_settings()
    except ConfigError:  # each command that needs them says so itself, and doctor looks at them
        return
    if (level := settings.log_level) is not None:
        logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")


for command in (
    compare,
    report,
    baseline,
    replay,
    lab,
    simulate,
    usage,
    log,
    providers,
    models,
    doctor,
    config,
    extensions,
):
    workbench.add_command(command)
for command in (tail, show, export, import_, prune):
    log.add_command(command)
