"""Requests to AWS as they arrive: signed for what is sent, by botocore's own reckoning."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from aws_speakers import aws_client
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from served import serving

from workbench.config import Settings
from workbench.errors import AuthenticationError, CallError, ConfigError, RateLimitError
from workbench.providers import endpoint

KEY_ID, KEY, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2/luX2Vj+canary=="
KEYS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": KEY}
MODELS = [
    "amazon.nova-lite-v1:0",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
]
ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Oslo"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 7, "outputTokens": 1, "totalTokens": 8},
    "metrics": {"latencyMs": 1},
}


class Aws:
    """A server that keeps what it is asked, and whether the signature is right."""

    def __init__(
        self, *, service: str = "bedrock", region: str = "us-east-1", token: str | None = None
    ) -> None:
        self._auth = SigV4Auth(Credentials(KEY_ID, KEY, token), service, region)
        self.asked: list[tuple[str, Mapping[str, str], Any]] = []
        self.answer: web.Response | None = None

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked.append((request.raw_path, request.headers, json.loads(body or b"null")))
        if request.headers["Authorization"].startswith("AWS4") and not self.signed(request, body):
            return web.json_response({"message": "The request signature does not match"}, status=403)
        if self.answer is not None:
            return self.answer
        return web.json_response(ANSWER, headers={"x-amzn-RequestId": "req-1"})

    def signed(self, request: web.Request, body: bytes) -> bool:
        """The signature made anew for what has arrived, and compared."""
        told = dict(
            part.split("=", 1)
            for part in request.headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
        )
        names = told["SignedHeaders"].split(";")
        assert {"host", "x-amz-date"} <= set(names)
        anew = AWSRequest(
            method=request.method,
            url=f"http://{request.host}{request.raw_path}",
            data=body,
            headers={name: request.headers[name] for name in names},
        )
        anew.context["timestamp"] = request.headers["X-Amz-Date"]
        text = self._auth.string_to_sign(anew, self._auth.canonical_request(anew))
        scope = self._auth.scope(anew)
        return bool(told["Credential"] == scope and told["Signature"] == self._auth.signature(text, anew))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", MODELS)
async def test_the_signature_is_that_of_the_request_that_arrives(
    tmp_path: Path, model: str, stream: bool
) -> None:
    aws = Aws(token=TOKEN)
    async with (
        serving(aws.handle) as url,
        aws_client(tmp_path, url, **KEYS, AWS_SESSION_TOKEN=TOKEN) as client,
    ):
        answer = await client.chat(f"bedrock/{model}", "Where is 'Ærø'?", stream=stream)

    ((path, headers, _),) = aws.asked
    assert unquote(path) == f"/model/{model}/converse{'-stream' if stream else ''}"
    assert path.count("/") == 3
    assert headers["X-Amz-Security-Token"] == TOKEN
    assert answer.text == "Oslo"


async def test_sagemaker_is_signed_for_itself_and_its_region(tmp_path: Path) -> None:
    aws = Aws(service="sagemaker", region="eu-west-1")
    aws.answer = web.json_response([{"generated_text": "Oslo"}])
    keys = {**KEYS, "AWS_DEFAULT_REGION": "eu-west-1"}
    async with serving(aws.handle) as url, aws_client(tmp_path, url, **keys) as client:
        answer = await client.chat("sagemaker/my-endpoint", "?", temperature=0)

    ((path, _, body),) = aws.asked
    assert path == "/endpoints/my-endpoint/invocations"
    assert body == {"messages": [{"role": "user", "content": "?"}], "temperature": 0}
    assert answer.text == "Oslo"


async def test_a_wrong_secret_is_refused(tmp_path: Path) -> None:
    aws = Aws()
    async with (
        serving(aws.handle) as url,
        aws_client(tmp_path, url, **{**KEYS, "AWS_SECRET_ACCESS_KEY": "other"}) as client,
    ):
        with pytest.raises(AuthenticationError, match="signature does not match"):
            await client.chat("bedrock/m", "?")


async def test_an_api_key_goes_as_it_is(tmp_path: Path) -> None:
    aws = Aws()
    key = {"AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-0123456789"}
    async with serving(aws.handle) as url, aws_client(tmp_path, url, **KEYS, **key) as client:
        await client.chat("bedrock/m", "?")

    ((_, headers, _),) = aws.asked
    assert headers["Authorization"] == "Bearer bedrock-api-key-0123456789"
    assert "X-Amz-Date" not in headers


@pytest.fixture
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No credentials, wherever botocore looks for them."""
    for name in (*KEYS, "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


async def test_a_profiles_credentials_are_found(nothing_set: Path) -> None:
    lines = ["[mine]", f"aws_access_key_id = {KEY_ID}", f"aws_secret_access_key = {KEY}"]
    (nothing_set / "credentials").write_text("\n".join([*lines, f"aws_session_token = {TOKEN}"]))
    aws = Aws(token=TOKEN)
    async with serving(aws.handle) as url, aws_client(nothing_set, url, AWS_PROFILE="mine") as client:
        answer = await client.chat("bedrock/m", "?")

    assert answer.text == "Oslo"


@pytest.mark.parametrize(("profile", "why"), [("", "none were found"), ("nobody", "nobody")])
async def test_without_credentials_it_is_said_what_to_set(nothing_set: Path, profile: str, why: str) -> None:
    aws = Aws()
    async with serving(aws.handle) as url, aws_client(nothing_set, url, AWS_PROFILE=profile) as client:
        with pytest.raises(
            ConfigError, match=rf"no AWS credentials for bedrock \(.*{why}.*AWS_ACCESS_KEY_ID"
        ):
            await client.chat("bedrock/m", "?")
    assert aws.asked == []


WITHOUT_BOTOCORE = """
import asyncio, sys
sys.modules["botocore"] = None
from collections.abc import Mapping
from pathlib import Path
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError

async def main():
    values = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    settings = Settings(project=Path(sys.argv[1]), values=values)
    async with Client(home=Path(sys.argv[1]) / "home", settings=settings, attempts=1) as client:
        try:
            print((await client.chat("bedrock/m", "?")).text)
        except ConfigError as exc:
            print(exc)

asyncio.run(main())
"""


async def test_botocore_is_needed_for_signatures_alone(tmp_path: Path) -> None:
    async def said(url: str, *settings: str) -> str:
        command = [sys.executable, "-c", WITHOUT_BOTOCORE, str(tmp_path), "BEDROCK_BASE_URL", url, *settings]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    async with serving(Aws().handle) as url:
        by_key = await said(url, "AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-0123456789")
        signed = await said(url, *(word for pair in KEYS.items() for word in pair))

    assert by_key == "Oslo\n"
    assert "pip install 'llm-workbench[aws]', or set AWS_BEARER_TOKEN_BEDROCK" in signed


async def test_the_region_of_the_address_counts(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, values={**KEYS, "AWS_REGION": "ap-southeast-2"})
    to = endpoint("bedrock", "m", settings)

    assert to.base_url == "https://bedrock-runtime.ap-southeast-2.amazonaws.com"
    assert to.models_path == "https://bedrock.ap-southeast-2.amazonaws.com/foundation-models"


async def test_the_name_of_an_error_is_in_a_header(tmp_path: Path) -> None:
    aws = Aws()
    headers = {"x-amzn-ErrorType": "ThrottlingException:http://internal/coral/", "x-amzn-RequestId": "req-9"}
    aws.answer = web.json_response({"message": "Too many requests"}, status=429, headers=headers)
    async with serving(aws.handle) as url, aws_client(tmp_path, url, **KEYS) as client:
        with pytest.raises(RateLimitError, match="429 ThrottlingException: Too many requests") as caught:
            await client.chat("bedrock/m", "?")

    assert (caught.value.request_id, caught.value.status) == ("req-9", 429)


@pytest.mark.parametrize("kept_in", ["settings", "a profile"])
async def test_no_key_of_aws_is_written_anywhere(
    nothing_set: Path, kept_in: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    settings = {**KEYS, "AWS_SESSION_TOKEN": TOKEN}
    if kept_in == "a profile":
        lines = (f"{name.lower()} = {value}" for name, value in settings.items())
        (nothing_set / "credentials").write_text("\n".join(["[default]", *lines]))
        settings = {}
    aws = Aws(token=TOKEN)
    told = {"message": f"The canonical string should have been x-amz-security-token:{TOKEN}, key {TOKEN}"}
    aws.answer = web.json_response(told, status=403)
    async with serving(aws.handle) as url, aws_client(nothing_set, url, **settings) as client:
        with pytest.raises(CallError, match=r"security-token:\*\*\*") as caught:
            await client.chat("bedrock/m", "?")
        endpoint_shown = repr(endpoint("bedrock", "m", client.settings))

    written = b"".join(path.read_bytes() for path in (nothing_set / "home").rglob("*") if path.is_file())
    shown = repr((caught.value, caught.value.body, caught.value.attempts)) + endpoint_shown + caplog.text
    for secret in (KEY, TOKEN):
        assert secret not in shown
        assert secret.encode() not in written
    assert b"canonical string should have been" in written


async def test_a_call_is_replayed_though_its_model_is_in_the_path_alone(tmp_path: Path) -> None:
    aws = Aws()
    async with serving(aws.handle) as url, aws_client(tmp_path, url, **KEYS) as client:
        first = await client.chat(f"bedrock/{MODELS[0]}", "?", top_k=3)
        again = await client.replay(first.call_id)

    assert again.new.text == "Oslo"
    assert aws.asked[0][0] == aws.asked[1][0]
    assert aws.asked[0][2] == aws.asked[1][2]


async def test_tokens_counted_in_headers_are_usage(tmp_path: Path) -> None:
    aws = Aws()
    counted = {"X-Amzn-Bedrock-Input-Token-Count": "11", "X-Amzn-Bedrock-Output-Token-Count": "3"}
    aws.answer = web.json_response({"outputs": [{"text": " Oslo", "stop_reason": "stop"}]}, headers=counted)
    async with serving(aws.handle) as url, aws_client(tmp_path, url, **KEYS) as client:
        answer = await client.chat("bedrock_invoke/mistral.mistral-7b-instruct-v0:2", "?")

    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 3)
