"""`python -m workbench.simulator`: serve simulated models in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import threading
from pathlib import Path

from aiohttp import web
from yarl import URL

from workbench.errors import WorkbenchError
from workbench.simulator.questions import read_questions
from workbench.simulator.server import application

KEY_VARIABLE = "WORKBENCH_SIM_KEY"


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m workbench.simulator", description="A server of simulated models."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen at; 0, the default, is any free one"
    )
    parser.add_argument(
        "--answers", type=Path, help="questions that the models know, a JSON Lines file or a folder of them"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other answers (default: 0)")
    parser.add_argument(
        "--api-key", help=f"key that clients have to send (default: ${KEY_VARIABLE}, else none)"
    )
    parser.add_argument("--quiet", action="store_true", help="no line for each request")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    options = parser.parse_args()
    try:
        known = read_questions(options.answers) if options.answers else {}
        api_key = options.api_key or os.environ.get(KEY_VARIABLE) or None
        app = application(answers=known, seed=options.seed, api_key=api_key)
        asyncio.run(_serve(app, options))
    except KeyboardInterrupt:
        pass
    except (WorkbenchError, OSError) as exc:
        sys.exit(f"the simulator cannot start: {exc}")


async def _serve(app: web.Application, options: argparse.Namespace) -> None:
    log = None
    if not options.quiet:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        log = logging.getLogger("aiohttp.access")
    # Answers that hang on purpose must not hold up the end.
    runner = web.AppRunner(app, access_log=log, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        port = runner.addresses[0][1]
        url = URL.build(scheme="http", host=options.host, port=port)
        sys.stdout.write(json.dumps({"url": str(url)}) + "\n")
        sys.stdout.flush()
        ended = asyncio.Event()
        if options.until_stdin_closes:
            _watch_stdin(asyncio.get_running_loop(), ended)
        await ended.wait()
    finally:
        await runner.cleanup()


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    def watch() -> None:
        # os.read, for a buffered read in a daemon thread would hold its lock when the interpreter ends.
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


if __name__ == "__main__":
    main()
