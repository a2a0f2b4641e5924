"""The journal keeps what fits."""

from __future__ import annotations

from workbench.simulator.journal import LONGEST_BODY_BYTES, Journal


def test_only_the_last_requests_are_kept() -> None:
    journal = Journal(length=3)
    for n in range(5):
        journal.add(method="POST", path=f"/{n}", headers={}, raw=b"")
    assert [entry["path"] for entry in journal.entries()] == ["/2", "/3", "/4"]


def test_a_long_body_is_cut_and_one_that_is_no_json_is_text() -> None:
    journal = Journal()
    long = journal.add(method="POST", path="/", headers={}, raw=b'"' + b"x" * LONGEST_BODY_BYTES + b'"')
    text = journal.add(method="POST", path="/", headers={}, raw=b"\xff{")
    assert len(long.body) == LONGEST_BODY_BYTES
    assert text.body == "�{"
    assert long.model is text.model is None
