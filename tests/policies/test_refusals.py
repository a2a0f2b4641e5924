"""Which parameter an error is about, in the providers' own words."""

from __future__ import annotations

import pytest

from workbench.policies.refusals import Refusal, refusal_of

GIVEN = ("temperature", "top_p", "top_k", "presence_penalty", "reasoning_effort", "seed", "logprobs", "n")


# Bodies as users of these providers have reported them.
@pytest.mark.parametrize(
    ("status", "body", "name"),
    [
        (
            400,
            '{"error": {"message": "Unsupported parameter: \'top_p\' is not supported with this model.", '
            '"type": "invalid_request_error", "param": "top_p", "code": "unsupported_parameter"}}',
            "top_p",
        ),
        (
            400,
            '{"error": {"message": "Unsupported value: \'temperature\' does not support 0.2 with this model. '
            'Only the default (1) value is supported.", "type": "invalid_request_error", '
            '"param": "temperature", "code": "unsupported_value"}}',
            "temperature",
        ),
        (
            400,
            '{"type":"error","error":{"type":"invalid_request_error","message":'
            '"`temperature` is deprecated for this model."},"request_id":"req_1"}',
            "temperature",
        ),
        (
            400,
            '{"message": "The model returned the following errors: temperature is deprecated for this '
            'model."}',
            "temperature",
        ),
        (
            400,
            '{"error": {"message": "Unrecognized request argument supplied: top_k", "code": null}}',
            "top_k",
        ),
        (400, '{"detail": "Unsupported parameter: top_p"}', "top_p"),
        (
            422,
            '{"detail": [{"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "Extra inputs are not '
            'permitted", "input": 3}]}',
            "top_k",
        ),
        (
            422,
            '{"title": "Unprocessable Entity", "status": 422, "detail": "body -> presence_penalty\\n  Extra '
            'inputs are not permitted (type=extra_forbidden)"}',
            "presence_penalty",
        ),
        (
            400,
            '{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Invalid JSON payload '
            'received. Unknown name \\"topK\\" at \'generation_config\': Cannot find field."}}',
            "top_k",
        ),
        (400, '{"error": "Argument not supported on this model: presencePenalty"}', "presence_penalty"),
        (400, '{"error": {"message": "property \'logprobs\' is unsupported"}}', "logprobs"),
        (400, '{"error": "\\"tiny\\" does not support thinking"}', None),  # names no parameter as such
    ],
)
def test_the_refused_parameter_is_found(status: int, body: str, name: str | None) -> None:
    assert refusal_of(status, body, GIVEN) == (None if name is None else Refusal(name=name, always=True))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (
            '{"error": {"message": "`temperature` may only be set to 1 when thinking is enabled; other '
            'values are not supported."}}',
            "temperature",
        ),
        (
            '{"error": {"message": "Unsupported value: \'reasoning_effort\' does not support \'xhigh\' with '
            "this model. Supported values are: 'low', 'medium', and 'high'.\", \"param\": "
            '"reasoning_effort", "code": "unsupported_value"}}',
            "reasoning_effort",
        ),
        (
            '{"error": {"message": "`temperature` and `top_p` are not allowed both for this model."}}',
            "temperature",
        ),
    ],
)
def test_a_refusal_that_hangs_on_something_else_is_not_for_good(body: str, name: str) -> None:
    assert refusal_of(400, body, GIVEN) == Refusal(name=name, always=False)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '{"error": {"message": "temperature: has to be at most 2", "param": "temperature"}}'),
        (400, '{"error": {"message": "The role \'bot\' is not supported", "param": "messages"}}'),
        (400, '{"error": {"message": "Unsupported parameter: \'max_tokens\'", "param": "max_tokens"}}'),
        (429, '{"error": {"message": "`temperature` is deprecated for this model."}}'),
        (400, ""),
        (400, "[1]"),
        (None, '{"error": {"message": "`temperature` is deprecated for this model."}}'),
    ],
)
def test_other_errors_are_about_no_parameter_that_was_sent(status: int | None, body: str) -> None:
    assert refusal_of(status, body, GIVEN) is None
