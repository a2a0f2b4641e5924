"""The pictures that go with a prompt: added by a button, dropped or pasted, taken out again."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ipywidgets

from workbench.calls import Image
from workbench.errors import ConfigError
from workbench.widgets.hints import alert

MOST_BYTES = 20 * 1000**2  # of one picture; Anthropic and Gemini take no more than that in a whole request
# What is shown goes to the page once more, and into the notebook where that keeps its widgets.
MOST_SHOWN_BYTES = 2 * 1000**2


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A picture and what the user knows it by."""

    name: str
    image: Image

    def __str__(self) -> str:
        size = "" if self.image.data is None else f" · {_size(len(self.image.data))}"
        return f"{self.name}{size}"


class Images:
    """Pictures with name, size and a button each that takes them out.

    Attributes:
        upload: The button that lets the user choose files.
        attached: The pictures, in the order in which they were added.
        message: Why something was not added, as HTML.
        view: The pictures and the message.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Show none at first.

        Args:
            on_change: Called after each change of the pictures.
        """
        self._on_change = on_change
        self.attached: tuple[Attached, ...] = ()
        # Jupyter's server cuts the connection at larger messages: such a choice never arrives here.
        self.upload = ipywidgets.FileUpload(
            description="Images",
            icon="picture-o",
            accept="image/*",
            multiple=True,
            tooltip="Add images: PNG, JPEG, GIF or WebP, up to 10 MB at once",
            layout=ipywidgets.Layout(width="auto", align_self="flex-start"),
        )
        self.message = ipywidgets.HTML()
        self._pictures = ipywidgets.HBox(layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.view = ipywidgets.VBox([self._pictures, self.message])
        self.upload.observe(lambda change: self._take(change["new"]), "value")

    def add(self, name: str, media_type: str, data: bytes) -> None:
        """Add a picture.

        Args:
            name: Of its file.
            media_type: What the page takes it for. The bytes decide; this only goes into the message.
            data: The file's bytes.

        Raises:
            ConfigError: It is no picture, or larger than 20 MB.
        """
        if len(data) > MOST_BYTES:
            raise ConfigError(
                f"{name!r:.80} has {_size(len(data))}: make it smaller than {_size(MOST_BYTES)}."
            )
        try:
            image = Image.of(data)
        except ConfigError as exc:
            kind = f" ({media_type})" if media_type else ""
            raise ConfigError(
                f"{name!r:.80}{kind} is no picture: take a file in PNG, JPEG, GIF or WebP."
            ) from exc
        self._put((*self.attached, Attached(name=name, image=image)))

    def take(self, files: Iterable[tuple[str, str, bytes]]) -> None:
        """Add those that are pictures, each by name, type and bytes; of the others the view says why not."""
        problems = []
        for name, media_type, data in files:
            try:
                self.add(name, media_type, data)
            except ConfigError as error:
                problems.append(str(error))
        self._count()
        self.message.value = alert("\n".join(problems))

    def write(self, images: Iterable[Image]) -> None:
        """Have these pictures and no others; they have numbers for names."""
        self._put(
            tuple(
                Attached(name=image.url or f"image {number}", image=image)
                for number, image in enumerate(images, start=1)
            )
        )

    def _put(self, attached: tuple[Attached, ...]) -> None:
        rows = {id(each): row for each, row in zip(self.attached, self._pictures.children, strict=True)}
        self.attached = attached
        self.message.value = ""
        self._pictures.children = tuple(
            rows.pop(id(each)) if id(each) in rows else self._picture(each) for each in attached
        )
        for gone in rows.values():  # or kernel and page would keep their bytes
            for part in (*gone.children, gone):
                part.close()
        self._count()
        self._on_change()

    def _count(self) -> None:
        # The button says how many files it holds: let that be the pictures that there are. Held empty, they
        # are not sent back.
        empty = {"name": "", "type": "", "size": 0, "content": b"", "last_modified": datetime.now(UTC)}
        self.upload.value = tuple(empty for _ in self.attached)

    def _take(self, files: Iterable[Any]) -> None:
        chosen = [(each["name"], each["type"], bytes(each["content"])) for each in files if each["name"]]
        if chosen:
            self.take(chosen)

    def _take_out(self, which: Attached) -> None:
        self._put(tuple(each for each in self.attached if each is not which))
        self.upload.focus()

    def _picture(self, which: Attached) -> Any:
        button = ipywidgets.Button(
            icon="times",
            tooltip=f"Take {which.name} out",
            layout=ipywidgets.Layout(width="2.5rem"),
        )
        button.on_click(lambda _: self._take_out(which))
        words = ipywidgets.HTML(f'<span style="overflow-wrap:anywhere">{html.escape(str(which))}</span>')
        data = which.image.data
        shown = []
        # What is at an address is not fetched: whoever serves it would learn who reads this.
        if data is not None and len(data) <= MOST_SHOWN_BYTES:
            layout = ipywidgets.Layout(height="64px", max_width="128px", object_fit="contain")
            shown = [
                ipywidgets.Image(value=data, format=which.image.media_type.partition("/")[2], layout=layout)
            ]
        return ipywidgets.HBox(
            [*shown, words, button], layout=ipywidgets.Layout(align_items="center", margin="2px 16px 2px 2px")
        )


def _size(size_bytes: int) -> str:
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    return f"{size_bytes / 1000:.0f} kB" if size_bytes < 999_500 else f"{size_bytes / 1000**2:.1f} MB"
