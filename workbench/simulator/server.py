"""The simulator as an aiohttp application: its protocols, faults on demand, and a journal."""

from __future__ import annotations

import asyncio
import hmac
import json
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from aiohttp import web

from workbench.simulator.answers import Answers
from workbench.simulator.delivery import deliver
from workbench.simulator.faults import Faults
from workbench.simulator.journal import Entry, Journal
from workbench.simulator.luck import seeded
from workbench.simulator.models import JUDGES, MODELS, SimModel
from workbench.simulator.questions import Known
from workbench.simulator.script import script
from workbench.simulator.wires import anthropic, ollama, openai, openai_completions
from workbench.simulator.wires.interface import Ask, Refusal, Said, Wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WIRES: tuple[Wire, ...] = (openai, openai_completions, anthropic, ollama)
EMBEDDINGS_PATH = "/v1/embeddings"
LONGEST_REQUEST_BYTES = 64 * 2**20


def application(
    *,
    answers: Mapping[str, Known],
    models: Sequence[SimModel] = (*MODELS, *JUDGES),
    seed: int = 0,
    api_key: str | None = None,
) -> web.Application:
    """A server of simulated models.

    Args:
        answers: The questions that the models know, by their text.
        models: What is served, each in every protocol; those that judge are in no listing.
        seed: Decides which answers are right and which requests fail.
        api_key: The key that has to be sent; `None` lets everybody in.
    """
    simulation = _Simulation(Answers(answers, seed=seed), models, seed, api_key)
    app = web.Application(client_max_size=LONGEST_REQUEST_BYTES)
    for wire in WIRES:
        app.router.add_post(wire.CHAT_PATH, simulation.chat(wire))
    app.router.add_get("/v1/models", simulation.models_by_header)
    # As DeepSeek's, one base URL without a version serves OpenAI's protocol beside the others.
    app.router.add_post("/chat/completions", simulation.chat(openai))
    app.router.add_post("/completions", simulation.chat(openai_completions))
    for path in (EMBEDDINGS_PATH, EMBEDDINGS_PATH.removeprefix("/v1")):
        app.router.add_post(path, simulation.embed)
    app.router.add_get("/models", simulation.models(openai))
    app.router.add_get(ollama.MODELS_PATH, simulation.models(ollama))
    app.router.add_get("/api/version", _version)
    app.router.add_post("/faults", simulation.order_fault)
    app.router.add_delete("/faults", simulation.clear_faults)
    app.router.add_get("/journal", simulation.read_journal)
    return app


class _Simulation:
    """The state of one server, and the handlers that use it."""

    def __init__(self, answers: Answers, models: Sequence[SimModel], seed: int, api_key: str | None) -> None:
        self._answers = answers
        self._by_name = {model.name: model for model in models}
        self._listed = [model.name for model in models if model.judging is None]
        self._seed = seed
        self._api_key = api_key
        self._started_at = datetime.now(UTC)
        self._faults = Faults()
        self._journal = Journal()
        self._asked: Counter[int] = Counter()

    def chat(self, wire: Wire) -> Handler:
        """The handler of a protocol's chat."""

        async def handle(request: web.Request) -> web.StreamResponse:
            since = asyncio.get_running_loop().time()
            raw = await request.read()
            entry = self._entry(request, raw)
            id_ = uuid.uuid4().hex
            headers = {wire.REQUEST_ID: f"req_{id_}"}
            try:
                self._admit(wire, request)
                ask = wire.read(_object(raw), request.headers)
                model = self._model(ask)
                fault = self._faults.take(model.name)
                if fault is not None:
                    entry.fault = fault.fault
                    if refusal := fault.refusal(model.name):
                        raise refusal
                else:
                    self._luck(model, ask)
            except Refusal as refusal:
                return _refused(wire, refusal, headers, entry)
            answer = self._answers.say(
                model,
                ask.prompt,
                repeat=ask.repeat,
                max_tokens=ask.max_tokens,
                stop=ask.stop,
                schema=ask.schema,
            )
            said = Said(
                ask=ask,
                answer=answer,
                id=id_,
                at=datetime.now(UTC),
                ttft_s=model.ttft_s,
                generation_s=max(len(answer.tokens) - 1, 0) / model.tokens_per_s,
            )
            timetable = script(wire, said, model, fault)
            return await deliver(request, timetable, headers=headers, since=since, entry=entry)

        return handle

    async def embed(self, request: web.Request) -> web.StreamResponse:
        """The handler of embeddings, which every model makes; they cost what input costs."""
        raw = await request.read()
        entry = self._entry(request, raw)
        headers = {openai.REQUEST_ID: f"req_{uuid.uuid4().hex}"}
        try:
            self._admit(openai, request)
            body = _object(raw)
            found, dimensions = openai.texts(body)
            model = str(body.get("model", ""))
            if model not in self._by_name:
                raise Refusal("model_not_found", model=model)
            fault = self._faults.take(model)
            if fault is not None:
                entry.fault = fault.fault
                if refusal := fault.refusal(model):
                    raise refusal
        except Refusal as refusal:
            return _refused(openai, refusal, headers, entry)
        entry.status = 200
        return web.json_response(openai.embedded(model, found, dimensions), headers=headers)

    def models(self, wire: Wire) -> Handler:
        """The handler of a protocol's listing of models."""

        async def handle(request: web.Request) -> web.StreamResponse:
            entry = self._entry(request, b"")
            headers = {wire.REQUEST_ID: f"req_{uuid.uuid4().hex}"}
            try:
                self._admit(wire, request)
            except Refusal as refusal:
                return _refused(wire, refusal, headers, entry)
            entry.status = 200
            return web.json_response(wire.listing(self._listed, self._started_at), headers=headers)

        return handle

    async def models_by_header(self, request: web.Request) -> web.StreamResponse:
        """OpenAI's and Anthropic's listings have one path; Anthropic's clients say who they are."""
        return await self.models(anthropic if "anthropic-version" in request.headers else openai)(request)

    async def order_fault(self, request: web.Request) -> web.Response:
        """`POST /faults`."""
        try:
            self._faults.order(_object(await request.read()))
        except (ValueError, Refusal) as exc:
            return web.json_response({"error": getattr(exc, "detail", "") or str(exc)}, status=400)
        return web.Response(status=204)

    async def clear_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 - the shape of a handler
        """`DELETE /faults`."""
        self._faults.clear()
        return web.Response(status=204)

    async def read_journal(self, request: web.Request) -> web.Response:  # noqa: ARG002 - the shape of a handler
        """`GET /journal`."""
        return web.json_response(self._journal.entries())

    def _entry(self, request: web.Request, raw: bytes) -> Entry:
        return self._journal.add(method=request.method, path=request.path, headers=request.headers, raw=raw)

    def _admit(self, wire: Wire, request: web.Request) -> None:
        sent = wire.key(request.headers) or ""
        if self._api_key is not None and not hmac.compare_digest(sent.encode(), self._api_key.encode()):
            raise Refusal("unauthorized", detail=sent)

    def _model(self, ask: Ask) -> SimModel:
        try:
            return self._by_name[ask.model]
        except KeyError:
            raise Refusal("model_not_found", model=ask.model) from None

    def _luck(self, model: SimModel, ask: Ask) -> None:
        """Fail as often as the model is set to.

        Which try of which prompt fails depends on the seed alone, not on the order in which requests arrive.
        """
        which = (self._seed, model.name, ask.prompt, ask.repeat)
        nth = self._asked[hash(which)]
        self._asked[hash(which)] += 1
        throw = seeded("luck", *which, nth).random()
        if throw < model.rate_limit_rate:
            raise Refusal("rate_limit", model=model.name, retry_after_s=1)
        if throw < model.rate_limit_rate + model.error_rate:
            raise Refusal("server_error", model=model.name)


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        body = json.loads(raw)
    except ValueError as exc:
        raise Refusal("malformed", detail=f"body: not JSON ({exc})") from None
    if not isinstance(body, dict):
        raise Refusal("malformed", detail="body: a JSON object was expected")
    return body


def _refused(wire: Wire, refusal: Refusal, headers: dict[str, str], entry: Entry) -> web.Response:
    entry.status, body = wire.refused(refusal, headers[wire.REQUEST_ID])
    if refusal.retry_after_s is not None:
        headers["retry-after"] = f"{refusal.retry_after_s:g}"
    if refusal.retry_after_ms is not None:
        headers["retry-after-ms"] = f"{refusal.retry_after_ms:g}"
    return web.json_response(body, status=entry.status, headers=headers)


async def _version(request: web.Request) -> web.Response:  # noqa: ARG001 - the shape of a handler
    return web.json_response({"version": "0.0.0"})
