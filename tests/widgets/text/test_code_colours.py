"""Code in colours."""

from __future__ import annotations

import pytest

from workbench.widgets.text.code_colours import CLASSES, LANGUAGES, LONGEST_CODE, highlighted


def code_of(nodes: list[str | list[str]]) -> str:
    return "".join(node if isinstance(node, str) else node[2] for node in nodes)


def test_keywords_strings_comments_numbers_names_and_operators_have_classes() -> None:
    nodes = highlighted("def f(x):\n    return 'a' + 1  # c\n", "python")
    spans = [node for node in nodes if isinstance(node, list)]
    assert ["span", {"class": "hl-keyword"}, "def"] in spans
    assert ["span", {"class": "hl-name"}, "f"] in spans
    assert {node[1]["class"] for node in spans} == set(CLASSES.values())


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_known_and_loses_no_character(language: str) -> None:
    code = "\ufeff  \n<a b='c'>x = 1 # \"y\"\r\n\n\t"
    assert code_of(highlighted(code, language)) == code


def test_code_of_other_languages_and_very_long_code_is_plain() -> None:
    assert highlighted("def f(): 1", "klingon") == ["def f(): 1"]
    assert highlighted("1 " * LONGEST_CODE, "py") == ["1 " * LONGEST_CODE]


def test_java_has_its_keywords_though_another_lexer_reads_it() -> None:
    assert highlighted("public class A", "java")[0] == ["span", {"class": "hl-keyword"}, "public"]
