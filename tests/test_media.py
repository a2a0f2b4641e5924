"""Pictures and documents, from where users have them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from workbench.calls import File, Image, Message, Text, media
from workbench.client.messages import messages_of
from workbench.errors import ConfigError

PNG = b"\x89PNG\r\n\x1a\n and so on"
PICTURES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0 and so on",
    "image/gif": b"GIF89a and so on",
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic and so on",
}


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_picture_is_what_its_bytes_say_whatever_its_name(media_type: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(PICTURES[media_type])
    wanted = Image(data=PICTURES[media_type], media_type=media_type)
    as_url = f"data:text/plain;base64,{base64.b64encode(PICTURES[media_type]).decode()}"
    for source in (path, str(path), PICTURES[media_type], as_url):
        assert Image.of(source) == wanted


def test_a_picture_on_the_web_is_left_to_the_provider() -> None:
    assert Image.of("https://example.org/a.png") == Image(url="https://example.org/a.png")
    assert File.of("https://example.org/a.pdf").url == "https://example.org/a.pdf"


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("report.bin", b"%PDF-1.7 and so on", "application/pdf"),
        ("table.csv", b"a,b\n1,2\n", "text/csv"),
        ("LICENSE", "Grüße".encode(), "text/plain"),
    ],
)
def test_a_document_is_told_by_its_beginning_its_name_or_as_text(
    name: str, data: bytes, media_type: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert File.of(path) == File(data=data, media_type=media_type, name=name)
    assert File.of(path, media_type="x/y", name="other") == File(data=data, media_type="x/y", name="other")


def test_what_cannot_be_shown_to_a_model_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no image '.*gone\.png': is the path right"):
        Image.of(tmp_path / "gone.png")
    with pytest.raises(ConfigError, match=r"of 8 bytes is none: it begins with b'%PDF-1\.7'.*File\.of"):
        Image.of(b"%PDF-1.7")
    with pytest.raises(ConfigError, match="the image of 0 bytes is empty"):
        Image.of(b"")
    with pytest.raises(ConfigError, match="Give its media_type"):
        File.of(b"\xff\xfe\x00\x80")
    with pytest.raises(ConfigError, match="is no base64"):
        Image.of("data:image/png;base64,!!!")
    with pytest.raises(ConfigError, match="it does not say ;base64"):
        Image.of("data:image/png,abc")
    with pytest.raises(ConfigError, match=r"cannot be read: .*[Ii]s a directory"):
        File.of(tmp_path)


def test_a_film_is_too_large_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as film:
        film.truncate(media.LARGEST_BYTES + 2**20)
    with pytest.raises(ConfigError, match=r"film.* has 51 MiB, and no provider takes more than 50"):
        File.of(path)


def test_texts_and_pictures_in_a_list_are_one_turn() -> None:
    picture = Image.of(PNG)
    wanted = (Message(role="user", content=(Text(text="What is this?"), picture)),)
    assert messages_of(["What is this?", picture]) == wanted
    assert messages_of({"role": "user", "content": ["What is this?", picture]}) == wanted
    as_openai_writes_it = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture.base64}"}},
    ]
    assert messages_of([{"role": "user", "content": as_openai_writes_it}]) == wanted


def test_bytes_of_every_kind_are_bytes() -> None:
    for data in (bytearray(PNG), memoryview(PNG)):
        assert Image.of(data).data == File.of(data).data == PNG


@pytest.mark.parametrize("source", [None, 5, ["a.png"]])
def test_what_is_no_source_says_what_to_give(source: Any) -> None:
    for make in (Image.of, File.of):
        with pytest.raises(ConfigError, match="give its path, its bytes or its URL"):
            make(source)
