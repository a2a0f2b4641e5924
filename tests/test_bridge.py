"""The async client from synchronous code: scripts, cells, threads, interrupts and forks."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import workbench
from workbench.bridge import background_loop, ended, submit
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.simulator import Simulator

BEGIN = """
import asyncio, pathlib, sys, threading
import workbench as wb
from workbench.config import Settings

home = pathlib.Path(sys.argv[1])
settings = Settings(project=home, values={"SIM_BASE_URL": sys.argv[2]})
make = lambda: wb.Client(home / "home", settings=settings)
ask = lambda client, **options: client.chat("sim/swift", "What is the capital of Peru?", **options)
"""
Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def script(tmp_path: Path, simulator: Simulator) -> Script:
    """Runs a script in a process of its own, where every warning of Python's and of asyncio's counts."""

    def run(body: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(tmp_path, simulator, body), capture_output=True, text=True, timeout=60, check=False
        )

    return run


def command(folder: Path, simulator: Simulator, body: str) -> list[str]:
    code = BEGIN + textwrap.dedent(body)
    return [sys.executable, "-X", "dev", "-W", "error", "-c", code, str(folder), simulator.url]


def complaints(said: subprocess.CompletedProcess[str]) -> list[str]:
    # In development mode asyncio also tells of callbacks that are slow, as they are on a busy machine.
    return [line for line in said.stderr.splitlines() if not line.startswith("Executing <")]


async def test_an_interrupt_that_another_thread_is_given_ends_a_wait_and_its_work() -> None:
    cancelled = threading.Event()

    async def work() -> None:
        await asyncio.sleep(0.05)  # until who waits sleeps too
        try:
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # not the thread that waits
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.create_task(ended(submit(work())))
    before = signal.signal(signal.SIGINT, lambda *_: waiting.cancel())
    try:
        begun = time.monotonic()
        await asyncio.wait([waiting], timeout=20)  # which wakes the loop at last, where nothing else does
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begun < 10
    assert waiting.cancelled()
    assert await asyncio.to_thread(cancelled.wait, 5)


USES = {
    "run": """
        client = make()
        for _ in range(2):
            wb.run(ask(client))
    """,
    "run and dropped": """
        wb.run(ask(make()))
    """,
    "run, streaming": """
        wb.run(ask(make(), on_chunk=lambda chunk: None))
    """,
    "two loops, one after the other": """
        client = make()
        for _ in range(2):
            asyncio.run(ask(client, stream=True))
    """,
    "a loop whose client is dropped at its end": """
        async def main():
            client = make()
            await ask(client)
        asyncio.run(main())
    """,
    "a loop and the background loop": """
        client = make()
        asyncio.run(ask(client))
        wb.run(ask(client))
    """,
    "a loop whose client is collected just before its end": """
        import gc
        async def main():
            await ask(make())
            gc.collect()
        asyncio.run(main())
    """,
    "closed on leaving": """
        async def main():
            async with make() as client:
                await ask(client)
            await ask(client)  # closing is no end
        asyncio.run(main())
    """,
    "two threads at once": """
        client = make()
        threads = [threading.Thread(target=lambda: asyncio.run(ask(client))) for _ in range(2)]
        threads += [threading.Thread(target=lambda: wb.run(ask(client))) for _ in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """,
    "after a cancelled call": """
        client = make()
        async def main():
            task = asyncio.create_task(client.chat("sim/sage", "Tell me about the sea."))
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await ask(client)
        asyncio.run(main())
        asyncio.run(ask(client))
    """,
    "a stream that is left": """
        async def main():
            async for chunk in make().stream("sim/swift", "Tell me about the sea."):
                if chunk.text:
                    break
        asyncio.run(main())
    """,
    "begun and not waited for": """
        from workbench.bridge import submit
        submit(make().chat("sim/sage", "Tell me about the sea."))
    """,
    "an error": """
        try:
            wb.run(make().chat("sim/nobody", "?"))
        except wb.CallError as error:
            assert error.status == 404
    """,
}


@pytest.mark.parametrize("body", USES.values(), ids=USES)
def test_a_script_ends_without_a_complaint(body: str, script: Script) -> None:
    said = script(textwrap.dedent(body) + "print('done')\n")
    assert complaints(said) == []
    assert (said.stdout, said.returncode) == ("done\n", 0)


def test_what_was_under_way_at_the_end_of_the_process_is_a_row(tmp_path: Path, script: Script) -> None:
    said = script("""
        from workbench.bridge import submit
        begun = threading.Event()
        submit(make().chat("sim/sage", "Tell me about the sea.", on_chunk=lambda chunk: begun.set()))
        begun.wait()
    """)
    assert complaints(said) == []
    [row] = rows(tmp_path)
    assert row["status"] == "interrupted"


def test_a_forked_process_has_a_loop_and_connections_of_its_own(tmp_path: Path, script: Script) -> None:
    said = script("""
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks
        client = make()
        wb.run(ask(client))
        child = os.fork()
        text = wb.run(ask(client)).text
        print(text, flush=True)
        if child:
            assert os.waitpid(child, 0)[1] == 0
        else:
            client.recorder.close()
            os._exit(0)
    """)
    assert complaints(said) == []
    texts = said.stdout.split()
    assert len(texts) == 2
    assert texts[0] == texts[1]
    found = rows(tmp_path)
    assert [row["status"] for row in found] == ["ok"] * 3
    assert len({row["pid"] for row in found}) == 2


@pytest.mark.parametrize("where", ["run", "asyncio.run"])
def test_an_interrupt_cancels_the_call_logs_it_and_is_raised_again(
    where: str, tmp_path: Path, simulator: Simulator
) -> None:
    body = f"""
        client = make()
        seen = lambda chunk: chunk.text and print("begun", flush=True)
        try:
            {"wb.run" if where == "run" else "asyncio.run"}(
                client.chat("sim/sage", "Tell me about the sea.", on_chunk=seen)
            )
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        assert wb.run(ask(client)).text
    """
    process = subprocess.Popen(
        command(tmp_path, simulator, body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert out.endswith("interrupted\n")
    assert process.returncode == 0, err
    first, second = rows(tmp_path)
    assert (first["status"], first["error_type"], bool(first["text"])) == (
        "interrupted",
        "CancelledError",
        True,
    )
    assert second["status"] == "ok"


def test_an_interrupt_waits_until_the_work_has_ended(tmp_path: Path, simulator: Simulator) -> None:
    body = """
        ended = []
        async def work():
            print("begun", flush=True)
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.3)  # as closing a connection may take
                ended.append("ended")
        try:
            wb.run(work())
        except KeyboardInterrupt:
            print(*ended, flush=True)
    """
    process = subprocess.Popen(command(tmp_path, simulator, body), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[0] == "ended\n"


def rows(folder: Path) -> list[dict[str, object]]:
    """The log's calls, oldest first."""
    log = Client(folder / "home", settings=Settings(project=folder, values={})).log
    found: list[dict[str, object]] = log.calls().to_dict("records")[::-1]
    return found


async def answer(text: str = "Oslo") -> str:
    await asyncio.sleep(0)
    return text


async def test_it_works_where_a_loop_is_already_running() -> None:
    # A notebook's cell is synchronous code on a thread whose loop is running.
    assert asyncio.get_running_loop() is not background_loop()
    assert workbench.run(answer()) == "Oslo"


def test_it_works_from_several_threads_at_once() -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(workbench.run(answer(str(n))))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [str(n) for n in range(8)]


def test_anything_that_can_be_awaited_can_be_run() -> None:
    class Ready:
        def __await__(self):  # type: ignore[no-untyped-def]
            return (yield from answer("ready").__await__())

    assert workbench.run(Ready()) == "ready"


def test_an_error_comes_back_as_it_is() -> None:
    async def fail() -> None:
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError, match="by zero"):
        workbench.run(fail())


def test_inside_its_own_loop_it_would_wait_for_itself_and_says_so() -> None:
    async def inner() -> str:
        return workbench.run(answer())

    with pytest.raises(ConfigError, match="write `await` there"):
        workbench.run(inner())


def test_work_that_was_begun_can_be_stopped() -> None:
    stopped = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    future = submit(wait())
    workbench.run(answer())  # by then it has begun
    future.cancel()
    assert stopped.wait(5)
    assert future.cancelled()


def test_the_loop_is_one_for_the_whole_process() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert workbench.run(loop()) is workbench.run(loop()) is background_loop()
