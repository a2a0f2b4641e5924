"""The family of errors."""

from __future__ import annotations

import inspect
import re

from workbench import errors
from workbench.errors import CallError, InvalidRequestError


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn = re.findall(r"^[│ ]*[├└]─ (\w+)", inspect.getdoc(errors) or "", re.MULTILINE)
    classes = {
        name
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and issubclass(thing, errors.WorkbenchError)
    }
    assert sorted(drawn) == sorted(classes - {"WorkbenchError"})


def test_what_is_drawn_as_retryable_is_retryable() -> None:
    for line in (inspect.getdoc(errors) or "").splitlines():
        if found := re.search(r"─ (\w+Error)", line):
            kind = getattr(errors, found[1])
            if issubclass(kind, CallError):
                assert kind("words").retryable is ("retryable" in line), line


def test_an_error_can_be_told_otherwise_than_its_class() -> None:
    assert InvalidRequestError("words", retryable=True).retryable
    assert not errors.OverloadedError("words", retryable=False).retryable
