from __future__ import annotations

from workbench.calls import Image
from workbench.widgets.question.composer import Composer
from workbench.widgets.question.draft import Draft

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
HOSTILE = "<img src=x onerror=alert(1)>"


class Changes:
    """Counts them."""

    count = 0

    def __call__(self) -> None:
        self.count += 1


def fields(composer: Composer) -> list[str]:
    return [field.description for field in composer.blanks.view.children]


def written(composer: Composer) -> Draft:
    return Draft(**composer.values())


def folded(composer: Composer) -> bool:
    return bool(composer.system.layout.display == "none")


def test_the_values_make_a_draft() -> None:
    composer = Composer("Where is {city}?", "Answer in {tongue}.")
    composer.blanks.fields["city"].value = "Oslo"
    composer.blanks.fields["tongue"].value = "Norse"
    composer.add_image("map.png", "image/png", PNG)
    draft = Draft(models=("a/b",), **composer.values())
    draft.check()
    assert draft.images == (Image(data=PNG, media_type="image/png"),)
    assert [message.role for message in draft.messages()] == ["system", "user"]
    assert draft.variables == {"city": "Oslo", "tongue": "Norse"}


def test_fields_come_and_go_with_the_variables_and_keep_what_was_written() -> None:
    composer = Composer("Where is {city}?")
    assert fields(composer) == ["{city}"]
    composer.blanks.fields["city"].value = "Oslo"
    composer.prompt.value = "Where?"
    assert (fields(composer), composer.values()["variables"]) == ([], {})
    composer.prompt.value = "When in {year} was {city} built?"
    composer.system.value = "Be {manner}."
    assert fields(composer) == ["{manner}", "{year}", "{city}"]
    assert composer.values()["variables"] == {"city": "Oslo"}


def test_a_field_that_is_left_empty_is_not_filled_in() -> None:
    composer = Composer("{a} {b}")
    composer.blanks.fields["b"].value = "x"
    assert composer.values()["variables"] == {"b": "x"}


def test_every_change_of_a_value_is_told() -> None:
    changes = Changes()
    composer = Composer("{a}", on_change=changes)
    composer.prompt.value = "{a} {b}"
    composer.system.value = "Be brief."
    composer.blanks.fields["b"].value = "x"
    composer.add_image("a.png", "", PNG)
    composer.add_image("a.txt", "", b"no")
    composer.unfold.value = False
    assert changes.count == 4


def test_the_system_prompt_is_folded_away_until_it_is_used_and_is_never_forgotten() -> None:
    unused = Composer()
    assert folded(unused)
    unused.unfold.value = True
    assert not folded(unused)
    used = Composer(system="Be brief.")
    assert not folded(used)
    used.unfold.value = False
    assert folded(used)
    assert used.unfold.description == "System prompt (9 characters)"
    assert used.values()["system"] == "Be brief."


def test_an_old_draft_fills_the_boxes() -> None:
    composer = Composer("old {x}", "old")
    composer.add_image("old.png", "image/png", PNG)
    draft = Draft(
        prompt="{a}?",
        system="Be {b}.",
        variables={"a": "1", "b": "2"},
        images=(Image(data=PNG), Image(url="https://example.com/x.png")),
    )
    composer.write(draft)
    assert written(composer) == draft
    assert fields(composer) == ["{b}", "{a}"]
    composer.write(Draft(prompt="new"))
    assert written(composer) == Draft(prompt="new")
    assert folded(composer)


def test_the_static_form_has_everything_and_no_markup() -> None:
    composer = Composer(f"{HOSTILE} {{x}}", "Be brief.")
    composer.blanks.fields["x"].value = HOSTILE
    composer.add_image(f"{HOSTILE}.png", "image/png", PNG)
    html = composer.static_html()
    for text in ("Be brief.", "{x}", "2 kB"):
        assert text in html
    assert html.count("&lt;img") == 3
    assert "<img" not in html
    assert composer.static_text().startswith("Prompt: <img")


def test_what_the_page_has_goes_into_the_boxes_of_that_name_and_no_others() -> None:
    composer = Composer("{a} and {b}", "Be brief.")
    composer.blanks.write({"a": "1", "b": "2"})
    composer.hear({"Prompt": "{b} alone", "{a}": "gone", "{b}": "3", "else": "4"})
    assert composer.prompt.value == "{b} alone"
    assert composer.system.value == "Be brief."
    assert composer.values()["variables"] == {"b": "3"}
