from __future__ import annotations

from html.parser import HTMLParser

from workbench.widgets.comparison import PaneState
from workbench.widgets.static import table

HOSTILE = "</td></table><script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'too'"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_what_anybody_wrote_is_text_in_the_table_and_never_markup() -> None:
    everywhere = dict.fromkeys(("model", "text", "reasoning", "note", "error"), HOSTILE)
    reader = read(table(HOSTILE, [PaneState(state="failed", **everywhere)]))
    assert reader.tags <= {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert reader.attributes <= {"style", "colspan", "scope"}
    assert "".join(reader.words).count(HOSTILE) == 6  # prompt, model, thoughts, text, error, note


def test_the_table_holds_every_text_and_every_number() -> None:
    done = PaneState(
        model="a/b", state="done", text="line 1\nline 2", ttft_s=0.25, output_tokens=7, estimated=False
    )
    failed = PaneState(model="c/d", state="failed", error="no key")
    words = read(table("Why?", [done, failed])).words
    for word in ("Why?", "a/b", "done", "line 1\nline 2", "0.25 s", "7", "c/d", "failed", "no key"):
        assert any(word in piece for piece in words), word
