"""One play: the code is executed, then what is to be tried with it."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from textwrap import dedent
from types import CodeType, ModuleType, TracebackType
from typing import Any

LONGEST = 300
_ONLY_PARSE = 0x400  # ast.PyCF_ONLY_AST, whose module takes long to load


def play(
    kind: str, blocks: list[str], before: str, ask: Callable[[], Any], tell: Callable[[dict[str, Any]], None]
) -> None:
    """Execute the code, then ask what to try with it, try that, and tell how it ended.

    The code is those of the blocks that are Python, else the last one, behind what was before it in the
    question, where the two together are Python.

    What is tried is not in this process before the code has run, nor is the word that proves that it ran to
    its end: code that ends the process, or tells a tale of its own, does not know it.
    """
    known = vars(builtins)
    kept = dict(known)
    dumps = json.dumps
    module = ModuleType("__main__" if kind == "stdin" else "answer")
    space = vars(module)
    sys.modules[module.__name__] = module
    try:
        exec(_program(blocks, before), space)
        if kind == "stdin":
            _wait_for_threads()
            tell({"end": "done"})
            return
        part = ask()
        known.clear()
        known.update(kept)
        sys.settrace(None)
        sys.setprofile(None)
        if kind == "tests":
            exec(compile(part["try"], "tests.py", "exec", dont_inherit=True), space)
            tell({"end": "done", "proof": part["proof"]})
        else:
            value = eval(part["try"], space)
            try:
                said = {"json": json.loads(dumps(value))}
            except (TypeError, ValueError):
                said = {"repr": repr(value)}
            tell({"end": "done", **said})
    except SystemExit as exc:
        if kind == "stdin" and exc.code in (None, 0):
            _wait_for_threads()
            tell({"end": "done"})
        else:
            tell({"end": "error", "said": f"SystemExit: {exc.code!r:.80}, before the tests were through"})
    except MemoryError:
        tell({"end": "memory"})
    except BaseException as exc:
        tell({"end": "error", "said": _said(exc), "line": _line_of_tests(exc.__traceback__)})


def _program(blocks: list[str], before: str) -> CodeType:
    code = "\n\n".join([block for block in blocks if _is_python(block)] or blocks[-1:])
    if before:
        with suppress(SyntaxError, ValueError):
            return _compiled(f"{before}\n{code}")
    return _compiled(dedent(code))


def _is_python(block: str) -> bool:
    """Whether it can be parsed; the body of a function can, without the space before it."""
    try:
        compile(dedent(block), "answer.py", "exec", _ONLY_PARSE)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _compiled(code: str) -> CodeType:
    try:
        return compile(code, "answer.py", "exec", dont_inherit=True)
    except (MemoryError, RecursionError):
        raise SyntaxError("too deeply nested") from None


def _wait_for_threads() -> None:
    """As at the end of a program; what it printed has to be out."""
    if threading := sys.modules.get("threading"):
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
    sys.stdout.flush()


def _said(exc: BaseException) -> str:
    try:
        words = str(exc)[:LONGEST]
        return f"{type(exc).__name__}: {words}" if words else type(exc).__name__
    except BaseException:  # it is of the code's own making, and so is what it says
        return "an error that cannot be told"


def _line_of_tests(at: TracebackType | None) -> int | None:
    line = None
    while at is not None:
        if at.tb_frame.f_code.co_filename == "tests.py":
            line = at.tb_lineno
        at = at.tb_next
    return line
