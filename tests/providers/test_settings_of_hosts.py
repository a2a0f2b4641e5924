"""What users choose at a host by their settings."""

from __future__ import annotations

from pathlib import Path

from workbench.calls import Secret
from workbench.config import Settings
from workbench.providers import endpoint


def test_gemini_takes_either_name_of_its_key(tmp_path: Path) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        place = endpoint("gemini", "gemini-3.8-flash", Settings(project=tmp_path, values={name: "AIza"}))

        assert place.secret == Secret("AIza")
        assert (place.auth_header, place.auth_prefix) == ("x-goog-api-key", "")


def test_the_version_of_anthropics_api_says_what_it_refuses(tmp_path: Path) -> None:
    older = {"ANTHROPIC_API_KEY": "x"}
    newer = {**older, "ANTHROPIC_VERSION": "2026-10-21", "ANTHROPIC_BETA": "files-api-2025-04-14"}
    first, second = (
        endpoint("anthropic", "claude-sonnet-5", Settings(project=tmp_path, values=values))
        for values in (older, newer)
    )

    assert (first.headers, first.refuses) == ({"anthropic-version": "2023-06-01"}, frozenset())
    assert second.headers == {
        "anthropic-version": "2026-10-21",
        "anthropic-beta": "files-api-2025-04-14",
    }
    assert second.refuses == {"temperature", "top_p", "top_k"}
