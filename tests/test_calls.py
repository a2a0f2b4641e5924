"""The nouns of a call."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest
from IPython.core.formatters import DisplayFormatter

from workbench.calls import (
    Chunk,
    Completion,
    Image,
    Message,
    ModelInfo,
    Progress,
    Secret,
    Thought,
    ThoughtPiece,
    Timing,
    TokenLogprob,
    ToolCall,
    Usage,
    fold,
    in_one_chunk,
)

KEY = 'sk-"canary"/0123\\456789'


def test_a_secret_shows_stars_and_reveals_itself_when_asked() -> None:
    secret = Secret(KEY)
    assert secret.reveal() == KEY
    assert f"{secret} {secret!r} {[secret]}" == "Secret('***') Secret('***') [Secret('***')]"
    assert pickle.loads(pickle.dumps(secret)).reveal() == "***"
    assert secret == Secret(KEY) != Secret("another")
    assert {secret: 1}[Secret(KEY)] == 1


@pytest.mark.parametrize(
    "text",
    [f"Bearer {KEY}!", r'{"key": "sk-\"canary\"/0123\\456789"}', r'{"key": "sk-\"canary\"\/0123\\456789"}'],
    ids=["plain", "JSON", "JSON of PHP"],
)
def test_a_secret_takes_itself_out_of_a_text_however_it_is_written(text: str) -> None:
    redacted = Secret(KEY).redact(text)
    assert "canary" not in redacted
    assert "***" in redacted


def test_a_placeholder_for_a_key_stays_in_a_text() -> None:
    assert Secret("none").redact('{"stop": none}') == '{"stop": none}'


def test_a_later_usage_completes_an_earlier_one_and_zero_is_a_count() -> None:
    first = Usage(input_tokens=5, output_tokens=1, cache_read_tokens=3)
    later = Usage(output_tokens=9, cache_read_tokens=0)
    assert first.updated(later) == Usage(input_tokens=5, output_tokens=9, cache_read_tokens=0)


def test_an_answer_in_one_chunk_folds_to_itself() -> None:
    answer = Completion(
        text="Oslo",
        reasoning="Hm.",
        tool_calls=(
            ToolCall(id="1", name="look", arguments="{}", signature="s"),
            ToolCall(id="2", name="go", arguments="{}"),
        ),
        thoughts=(Thought(text="Hm.", signature="s"), Thought(data="sealed", id="r")),
        logprobs=(TokenLogprob(token="Os", logprob=-0.1, top=(("Ber", -2.5),)),),
        alternatives=("Bergen", "Oslo!"),
        vectors=((0.0, 1.0), (1.0, 0.0)),
        service_tier="flex",
        finish_reason="tool_calls",
        usage=Usage(input_tokens=7, output_tokens=0),
        cost_usd=Decimal("0.5"),
        price_version="reported by the provider",
        served_model="m-1",
        response_id="r-1",
    )
    assert fold([in_one_chunk(answer)]) == answer


def test_thoughts_and_further_answers_come_in_pieces_that_may_take_turns() -> None:
    answer = fold(
        [
            Chunk(thoughts=(ThoughtPiece(index=2, text="So "),), alternatives=((2, "Ber"),)),
            Chunk(thoughts=(ThoughtPiece(index=0, data="sealed"),), alternatives=((1, "Os"),)),
            Chunk(thoughts=(ThoughtPiece(index=2, text="Oslo."),), alternatives=((2, "gen"), (1, "lo"))),
            Chunk(thoughts=(ThoughtPiece(index=2, signature="s"),)),
        ]
    )
    assert answer.thoughts == (Thought(data="sealed"), Thought(text="So Oslo.", signature="s"))
    assert answer.alternatives == ("Oslo", "Bergen")


def test_an_answer_is_a_turn_to_go_on_with() -> None:
    call = ToolCall(id="1", name="look", arguments="{}", signature="s")
    thought = Thought(text="Hm.", signature="t")
    answer = Completion(text="Let me see.", reasoning="Hm.", tool_calls=(call,), thoughts=(thought,))
    assert answer.message == Message(
        role="assistant", content="Let me see.", tool_calls=(call,), thoughts=(thought,)
    )


def test_chunks_are_timed_from_the_first_with_content() -> None:
    progress = Progress()
    for at_s, chunk in [
        (0.1, Chunk(served_model="m")),
        (0.2, Chunk(reasoning="Hm.")),
        (0.5, Chunk(text="Os")),
        (0.6, Chunk(usage=Usage(output_tokens=2))),
        (0.9, Chunk(text="lo")),
    ]:
        progress.note(chunk, at_s)
    progress.duration_s = 1.0
    assert progress.timing() == Timing(duration_s=1.0, ttft_s=0.2, ttfv_s=0.5)
    assert progress.gaps_s == pytest.approx([0.3, 0.4])
    assert len(progress.chunks) == 5


def test_times_are_not_believed_where_the_loop_was_late_by_more_than_a_tenth_of_the_shortest() -> None:
    assert not Timing(duration_s=1.0).under_load
    assert not Timing(duration_s=1.0, lag_s=0.1).under_load
    assert Timing(duration_s=1.0, lag_s=0.11).under_load
    assert Timing(duration_s=10.0, ttft_s=1.0, lag_s=0.11).under_load
    assert not Timing(lag_s=0.11).under_load


def test_an_attempt_begins_anew_but_for_what_was_waited() -> None:
    progress = Progress(queued_s=1.0, waited_s=2.0)
    progress.note(Chunk(text="half"), 0.2)
    progress.duration_s, progress.received = 0.3, b"half"
    progress.restart(b"again")
    assert progress == Progress(queued_s=1.0, waited_s=2.0, sent_body=b"again")


def test_the_facts_of_an_answer_are_one_line() -> None:
    answer = Completion(
        provider="p",
        model="m",
        timing=Timing(duration_s=1.234, ttft_s=0.5),
        usage=Usage(input_tokens=7),
        cost_usd=Decimal("0.00012"),
        finish_reason="length",
    )
    assert answer.facts() == "p/m · 1.23 s · TTFT 0.50 s · 7 → ? tokens · $0.000120 · ended by length"
    assert Completion(provider="p", model="m", cached=True).facts() == "p/m · cost unknown · from the cache"


def test_what_a_model_writes_is_shown_as_text_and_not_as_markup() -> None:
    shown = Completion(text="<script>alert(1)</script>", provider="<b>", model="m")._repr_html_()
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_completion_is_one_short_line_without_control_characters() -> None:
    call = ToolCall(id="1", name="f", arguments='{"a": "\x1b[2J"}')
    answer = Completion(
        text="x" * 1000 + "\x1b[2J", provider="p", model="m", tool_calls=(call,), parsed={"a": 1}
    )
    assert repr(answer) == (
        f"Completion('{'x' * 300}…' · parsed {{'a': 1}} · "
        'calls f({"a": "\\x1b[2J"}) · p/m · cost unknown)'
    )
    assert "\x1b" not in repr(Completion(text="\x1b[2J"))


def test_in_a_notebook_no_form_of_a_completion_lets_a_model_write_markup() -> None:
    formatter = DisplayFormatter()
    call = ToolCall(id="1", name="<script>", arguments="<img src=x>")
    shown, _ = formatter.format(Completion(text="# [a](javascript:b) <script>", tool_calls=(call,)))
    assert set(shown) == {"text/plain", "text/html"}
    assert "<script>" not in shown["text/html"]
    assert "calls &lt;script&gt;(&lt;img src=x&gt;)" in shown["text/html"]


def test_what_is_known_of_a_model_is_all_that_its_line_says() -> None:
    assert repr(ModelInfo(id="m", tools=False)) == "ModelInfo(id='m', tools=False)"


def test_raw_is_what_was_received_and_none_where_nothing_was() -> None:
    assert Completion(received=b'[{"a": 1}]').raw == [{"a": 1}]
    assert Completion().raw is None


def test_a_picture_shows_no_bytes() -> None:
    image = Image(data=b"\x89PNG", media_type="image/png")
    assert image.base64 == "iVBORw=="
    assert "PNG'" not in repr(image)
    assert Image(url="https://x.example/a.png").base64 == ""
