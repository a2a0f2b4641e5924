from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.calls import Image
from workbench.errors import ConfigError
from workbench.widgets.question.images import MOST_BYTES, MOST_SHOWN_BYTES, Images

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
JPEG = b"\xff\xd8\xff" + bytes(500)
SVG = b"<svg onload=alert(1)>"


def file(name: str, content: bytes) -> dict[str, Any]:
    """As the upload button gives it."""
    sizes = {"size": len(content), "content": memoryview(content)}
    return {"name": name, "type": "image/png", "last_modified": datetime.now(UTC), **sizes}


def pictures(images: Images) -> list[Any]:
    return [row.children for row in images._pictures.children]


def upload(images: Images, *files: dict[str, Any]) -> None:
    images.upload.value = files


def test_chosen_files_are_shown_with_name_and_size_and_their_bytes_say_what_they_are() -> None:
    images = Images(lambda: None)
    upload(images, file("a.png", PNG), file("photo", JPEG))
    assert [each.image for each in images.attached] == [
        Image(data=PNG, media_type="image/png"),
        Image(data=JPEG, media_type="image/jpeg"),
    ]
    (shown, words, _), (photo, more, _) = pictures(images)
    assert (bytes(shown.value), shown.format, photo.format) == (PNG, "png", "jpeg")
    assert "a.png · 2 kB" in words.value
    assert "photo · 503 bytes" in more.value


def test_the_button_counts_the_pictures_and_holds_no_bytes() -> None:
    images = Images(lambda: None)
    images.add("dropped.png", "image/png", PNG)
    upload(images, file("a.png", PNG), file("no.png", SVG))
    assert len(images.attached) == len(images.upload.value) == 2
    assert [each["content"] for each in images.upload.value] == [b"", b""]


def test_where_no_file_is_a_picture_the_count_stays() -> None:
    images = Images(lambda: None)
    images.write([Image(data=PNG), Image(data=JPEG)])
    upload(images, file("no.png", SVG))
    assert len(images.attached) == len(images.upload.value) == 2


def test_what_is_no_picture_is_named_and_the_others_are_added() -> None:
    images = Images(lambda: None)
    images.take([("<b>.svg", "image/svg+xml", SVG), ("a.png", "", PNG), ("empty.png", "", b"")])
    assert [each.name for each in images.attached] == ["a.png"]
    assert "&lt;b&gt;.svg&#x27; (image/svg+xml) is no picture" in images.message.value
    assert "empty.png" in images.message.value
    images.take([("b.png", "", PNG)])
    assert images.message.value == ""


def test_a_picture_over_20_mb_is_refused_with_its_size() -> None:
    images = Images(lambda: None)
    with pytest.raises(ConfigError, match=r"'huge.png' has 20.1 MB: make it smaller than 20.0 MB"):
        images.add("huge.png", "image/png", PNG + bytes(MOST_BYTES + 100_000))
    assert images.attached == ()


def test_a_large_picture_and_one_at_an_address_are_named_and_not_shown() -> None:
    images = Images(lambda: None)
    images.add("large.png", "image/png", PNG + bytes(MOST_SHOWN_BYTES))
    (parts,) = pictures(images)
    assert "large.png · 2.0 MB" in parts[0].value
    images.write([Image(url="https://example.com/x.png"), Image(data=PNG)])
    address, numbered = pictures(images)
    assert "https://example.com/x.png" in address[0].value
    assert "image 2 · 2 kB" in numbered[1].value


def test_a_picture_that_is_taken_out_is_let_go_of_and_the_others_stay_as_they_are() -> None:
    images = Images(lambda: None)
    images.take([("a.png", "", PNG), ("b.png", "", PNG), ("c.png", "", PNG)])
    first, second, third = images._pictures.children
    shown, _, button = second.children
    button.click()
    assert images._pictures.children == (first, third)
    assert (shown.comm, second.comm) == (None, None)  # its bytes are no longer the page's
    assert first.children[0].comm is not None


def test_its_button_takes_a_picture_out_also_one_of_two_that_are_alike() -> None:
    changes: list[int] = []
    images = Images(lambda: changes.append(len(images.attached)))
    images.add("a.png", "", PNG)
    images.add("a.png", "", PNG)
    pictures(images)[0][-1].click()
    assert len(images.attached) == len(images.upload.value) == 1
    assert changes == [1, 2, 1]
