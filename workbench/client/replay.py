"""An earlier answer and a new one to the same request, side by side."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workbench.calls import Completion

UNKNOWN = "–"
# Readable on light and on dark ground, since the ground shines through.
_GONE = '<del style="text-decoration:none;background:rgba(220,60,50,.28)">{}</del>'
_COME = '<ins style="text-decoration:none;background:rgba(40,160,70,.28)">{}</ins>'
_CELL = "text-align:left;vertical-align:top;padding:.2em 1.2em .2em 0"
_HALF = "width:50%;white-space:pre-wrap;overflow-wrap:anywhere;" + _CELL


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """The same request, answered once more.

    Attributes:
        old: The logged answer; what had arrived of it, where the call failed.
        new: The new answer.
        old_error: Why the logged call gave no answer; empty where it gave one.
    """

    old: Completion
    new: Completion
    old_error: str = ""

    def facts(self) -> list[tuple[str, str, str, str]]:
        """Duration, time to first token, tokens and cost: name, old, new, and the difference."""
        old, new = self.old, self.new
        return [
            _fact("time", old.timing.duration_s, new.timing.duration_s, "{:.2f} s", "{:+.2f} s"),
            _fact("TTFT", old.timing.ttft_s, new.timing.ttft_s, "{:.3f} s", "{:+.3f} s"),
            _fact("tokens in", old.usage.input_tokens, new.usage.input_tokens, "{}", "{:+.0f}"),
            _fact("tokens out", old.usage.output_tokens, new.usage.output_tokens, "{}", "{:+.0f}"),
            _fact("cost US$", old.cost_usd, new.cost_usd, "{:.6f}", "{:+.6f}"),
        ]

    def __str__(self) -> str:
        heads = ("", f"old: {self.old.name}", f"new: {self.new.name}", "difference")
        rows = [heads, *self.facts()]
        widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        old, new = self._texts(str, "[-{}-]".format, "{{+{}+}}".format)
        return "\n".join([*table, "", heads[1], old, "", heads[2], new])

    def _repr_html_(self) -> str:
        # What models write is hostile until proven otherwise: it is shown as text, never as markup or math.
        heads = (f"old: {self.old.name}", f"new: {self.new.name}")
        rows = [("", *heads, "difference"), *self.facts()]
        table = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{html.escape(cell)}</td>' for cell in row) + "</tr>"
            for row in rows
        )
        texts = self._texts(
            html.escape,
            lambda words: _GONE.format(html.escape(words)),
            lambda words: _COME.format(html.escape(words)),
        )
        named = "".join(f'<th style="{_CELL}">{html.escape(head)}</th>' for head in heads)
        answers = "".join(f'<td style="{_HALF}">{text}</td>' for text in texts)
        return (
            '<div class="mathjax_ignore tex2jax_ignore">'
            f'<table style="border-collapse:collapse">{table}</table>'
            f'<table style="width:100%;table-layout:fixed;border-collapse:collapse">'
            f'<tr style="border-top:1px solid">{named}</tr><tr>{answers}</tr></table></div>'
        )

    def _texts(
        self, same: Callable[[str], str], gone: Callable[[str], str], come: Callable[[str], str]
    ) -> tuple[str, str]:
        """Both answers, by what their words look like that only one of them has."""
        if self.old_error:
            return same(self.old_error), same(_said(self.new))
        old, new = _said(self.old), _said(self.new)
        return _marked(old, new, same, gone), _marked(new, old, same, come)


def _said(completion: Completion) -> str:
    """What a model answered: its text, and the functions it wants called, or the first numbers."""
    if completion.vectors:
        first = ", ".join(f"{number:.4f}" for number in completion.vectors[0][:4])
        return f"{len(completion.vectors)} × {len(completion.vectors[0])} numbers: {first} …"
    calls = [f"→ {call.name}({call.arguments})" for call in completion.tool_calls]
    return "\n".join([completion.text, *calls] if completion.text else calls)


def _marked(text: str, other: str, same: Callable[[str], str], own: Callable[[str], str]) -> str:
    """A text, by what its words look like that the other has, and those of its own."""
    from workbench.differences import differences  # its library takes longer to load than a client

    nodes = [node for node in differences(text, other) if isinstance(node, str) or node[0] == "ins"]
    return "".join(same(node) if isinstance(node, str) else own(str(node[2])) for node in nodes)


def _fact(
    name: str, old: float | Decimal | None, new: float | Decimal | None, form: str, signed: str
) -> tuple[str, str, str, str]:
    known = old is not None and new is not None
    return (
        name,
        UNKNOWN if old is None else form.format(old),
        UNKNOWN if new is None else form.format(new),
        signed.format(float(new or 0) - float(old or 0)) if known else UNKNOWN,
    )
