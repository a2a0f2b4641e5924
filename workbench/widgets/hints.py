"""What a widget says beside its fields, as HTML: quiet hints, and alerts that are read out."""

from __future__ import annotations

import html


def hint(text: str) -> str:
    """A quiet remark; nothing for an empty text."""
    colour = "var(--jp-ui-font-color2, GrayText)"
    return f'<span style="color:{colour};line-height:1.4">{html.escape(text)}</span>' if text else ""


def alert(text: str) -> str:
    """What went wrong, read out where it appears; nothing for an empty text."""
    colour = "var(--jp-error-color1, #d32f2f)"
    style = (
        "padding:4px 10px;line-height:1.4;overflow-wrap:anywhere;"
        f"border-left:3px solid {colour};background:color-mix(in srgb, {colour} 12%, transparent)"
    )
    return f'<div role="alert" style="{style}">{html.escape(text)}</div>' if text else ""
