"""The notebook that is to run, and what may be set in it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from workbench.report.running.failure import NotRunnableError
from workbench.report.running.secrets import Secrets

KERNEL, LANGUAGE = "python3", "python"
_REQUIRED = object()
_UNKNOWN = object()


def notebook_of(path: Path) -> nbformat.NotebookNode:
    """The notebook in a file, as papermill takes it: in the newest format, and with places for its notes.

    Raises:
        NotRunnableError: It cannot be read, is no notebook, or not one of Python.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        with warnings.catch_warnings():  # cells without ids are given some
            warnings.simplefilter("ignore")
            # Notebooks of format 3 are made of a class of their own.
            document = nbformat.from_dict(nbformat.reads(text, as_version=4))
            nbformat.validate(document)
            "".join(cell.source for cell in document.cells).encode()  # half a character reaches no kernel
            for part in (document, *document.cells):
                part.metadata.pop("papermill", None)  # an earlier run's
            document = load_notebook_node(document)
    except OSError as exc:
        raise NotRunnableError("notebook", f"{path.name} cannot be read: {exc.strerror or exc}") from exc
    except (
        Exception
    ) as exc:  # whatever a reader or a validator stumbles over, a recursion or an assertion too
        reason = str(exc).partition("\n")[0][:200] or type(exc).__name__
        raise NotRunnableError("notebook", f"{path.name} is not a notebook: {reason}") from exc
    metadata = document.metadata
    language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    if str(language or LANGUAGE).lower() not in {"python", "ipython"}:
        kernel = metadata.get("kernelspec", {}).get("name")
        raise NotRunnableError(
            "notebook",
            f"{path.name} is in {language!r}, for the kernel {kernel!r}: a report runs notebooks in Python",
        )
    return document


def parameterised(
    document: nbformat.NotebookNode, name: str, parameters: Mapping[str, Any], secrets: Secrets
) -> nbformat.NotebookNode:
    """The notebook with a cell that sets the parameters.

    Args:
        document: The notebook.
        name: Its file's name, for messages.
        parameters: What is to be set.
        secrets: What must not be set, as the executed notebook says what was.

    Raises:
        NotRunnableError: One is not known, missing, of the wrong type, or a secret.
    """
    known = _declared(document, name)
    for given, value in parameters.items():
        if given not in known:
            has = f"it has {', '.join(known)}" if known else "none of its cells is tagged 'parameters'"
            raise NotRunnableError("parameter", f"{name} has no parameter {given!r}: {has}")
        if secrets.masked({given: value}) != {given: value}:
            raise NotRunnableError(
                "parameter",
                f"parameter {given!r} of {name} would be a secret in the report: set it in the environment "
                "or in .env, and read it from there",
            )
    missing = [each for each, default in known.items() if default is _REQUIRED and each not in parameters]
    if missing:
        raise NotRunnableError(
            "parameter", f"{name} needs the parameter {missing[0]!r}: set it with -p {missing[0]} VALUE"
        )
    values = {given: _fitting(name, given, value, known[given]) for given, value in parameters.items()}
    if not values:
        return document
    return parameterize_notebook(document, values, kernel_name=KERNEL, language=LANGUAGE)


def _declared(document: nbformat.NotebookNode, name: str) -> dict[str, Any]:
    """The parameters' names and defaults, in the order of the cell that is tagged `parameters`."""
    tagged = (cell for cell in document.cells if "parameters" in cell.metadata.get("tags", []))
    cell = next((cell for cell in tagged if cell.cell_type == "code"), None)
    if cell is None:
        return {}
    try:
        tree = ast.parse(TransformerManager().transform_cell(cell.source))
    except (SyntaxError, ValueError, MemoryError, RecursionError) as exc:  # as `compile` has it
        raise NotRunnableError(
            "notebook",
            f"the cell of {name} that is tagged 'parameters' is not Python: {str(exc) or type(exc).__name__}",
        ) from exc
    declared: dict[str, Any] = {}
    for line in tree.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            declared[line.target.id] = _REQUIRED if line.value is None else _literal(line.value)
        elif isinstance(line, ast.Assign):
            declared |= {each.id: _literal(line.value) for each in line.targets if isinstance(each, ast.Name)}
    return declared


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # as `literal_eval` has it
        return _UNKNOWN


def _fitting(name: str, given: str, value: Any, default: Any) -> Any:
    """The value as the notebook's default shows that it has to be."""
    wanted = None
    if isinstance(default, bool):
        wanted = None if isinstance(value, bool) else "true or false"
    elif isinstance(default, int | float):
        number = isinstance(value, int) or (isinstance(value, float) and not isinstance(default, int))
        kind = "a whole number" if isinstance(default, int) else "a number"
        wanted = None if number and not isinstance(value, bool) else kind
    elif isinstance(default, str):
        # On the command line the name 2024 looks like a number; it is the same text.
        value = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        wanted = None if isinstance(value, str) else f"a text, such as -p {given} '\"1.0\"'"
    elif isinstance(default, list | tuple):
        # A notebook may take one text in place of a list.
        wanted = None if isinstance(value, list | tuple | str) else f"a list, such as -p {given} '[\"a\"]'"
    elif isinstance(default, dict):
        wanted = None if isinstance(value, Mapping) else f"a mapping, such as -p {given} '{{\"a\": 1}}'"
    if wanted is not None:
        raise NotRunnableError(
            "parameter",
            f"parameter {given!r} of {name} is {value!r}: it has to be {wanted} (it is {default!r})",
        )
    return value
