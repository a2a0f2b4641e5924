"""The provider `parrot` for the workbench: its row, its protocol, and what is known of its models."""

from workbench.calls import Chunk, ModelInfo, Usage, fold
from workbench.protocols import ErrorWords
from workbench.protocols.encoding import only, present, text_of
from workbench.providers import Host

HOST = Host(
    name="parrot",
    base_url="https://api.parrot.example",
    key="PARROT_API_KEY",
    auth_header="X-Parrot-Key",
    auth_prefix="",
    protocol="parrot",
    docs="https://parrot.example/docs",
)
MODELS = {"^parrot/": ModelInfo(id="", tools=False, context_tokens=40)}
CARRIES = frozenset({"max_tokens", "temperature"})  # what else a request may have is refused
MODELS_PATH = "/birds"
END = "[silence]"  # the text that ends a stream


def encode(request):
    only(request, CARRIES, protocol="parrot")
    said = [{"by": message.role, "words": text_of(message)} for message in request.messages]
    body = {"bird": request.model, "said": said, "live": request.stream}
    params = {"most": request.params.max_tokens, "mood": request.params.temperature}
    return "/squawk", body | present(**params) | dict(request.params.extra)


def decode_event(event):
    heard, spoken = event.get("heard"), event.get("spoken")
    return Chunk(
        text=event.get("squawk", ""),
        finish_reason={"done": "stop", "tired": "length"}.get(event.get("why")),
        usage=None if heard is None else Usage(input_tokens=heard, output_tokens=spoken),
    )


def decode(body):
    return fold([decode_event(body)])


def decode_error(body):
    return ErrorWords(message=body["complaint"]) if "complaint" in body else None


def decode_models(body):
    return tuple(ModelInfo(id=name) for name in body["birds"])
