"""Reports by a language model, where the stage has one: Amazon Bedrock's wire, simulated."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from infra.local.stack import Stack
from tandem.config import settings
from tests.integration.ai_calls import simulated
from tests.integration.conftest import Client
from tests.integration.voice_agents.conftest import data, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import Scenario

MODEL = "eu.example.model-v1:0"
TOLD = {"title": "Order", "summary": "She asked for her order.", "successful": True, "extracted_data": {"no": "12345"}}


@dataclass
class Model:
    """Answers every question with `said`, or with an error of this status."""

    said: str = json.dumps(TOLD)
    status: int = 200
    asked: list[tuple[str, Any]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    model: Model


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        state = self.server.model
        state.asked.append((unquote(self.path), json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        message = {"message": {"role": "assistant", "content": [{"text": state.said}]}}
        answer = {"output": message, "stopReason": "end_turn", "usage": {}, "metrics": {"latencyMs": 1}}
        sent = json.dumps(answer if state.status == 200 else {"message": "no"}).encode()
        self.send_response(state.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def bedrock() -> Iterator[_Server]:
    """Where models are asked: one address for all, since a function's client remembers it."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def model(stack: Stack, bedrock: _Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A model at work, and a stage that has it."""
    bedrock.model = Model()
    environment = stack.variables(stack.functions["VoiceAgentsGetReport"])
    monkeypatch.setitem(environment, "LANGUAGE_MODEL", MODEL)
    monkeypatch.setitem(environment, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"http://127.0.0.1:{bedrock.server_port}")
    settings.cache_clear()
    yield bedrock.model
    settings.cache_clear()


@pytest.fixture
def provider(stack: Stack, demo: Client) -> Iterator[ElevenLabsSimulator]:
    yield from simulated(stack, demo)


def report(client: Client, call_id: str) -> dict[str, Any]:
    made: dict[str, Any] = data(client("GET", f"/api/v1/calls/{call_id}/report"))
    return made


def test_where_the_provider_made_none_the_model_does_once(
    demo: Client, provider: ElevenLabsSimulator, model: Model
) -> None:
    call_id = talked(demo, provider, Scenario(analysed=False))
    made = report(demo, call_id)
    assert (made["source"], made["maker"], made["title"]) == ("language_model", MODEL, "Order")
    assert (made["summary"], made["successful"], made["extracted_data"]) == (
        "She asked for her order.", True, {"no": "12345"}
    )  # fmt: skip
    assert report(demo, call_id) == made
    ((path, question),) = model.asked
    assert path == f"/model/{MODEL}/converse"
    assert "Customer: Yes. Where is my order?" in question["messages"][0]["content"][0]["text"]


def test_the_providers_own_goes_before_the_models(demo: Client, provider: ElevenLabsSimulator, model: Model) -> None:
    assert report(demo, talked(demo, provider))["source"] == "provider"
    assert model.asked == []


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_while_the_model_is_down_the_report_is_plain_and_made_anew_later(
    status: int, demo: Client, provider: ElevenLabsSimulator, model: Model
) -> None:
    model.status = status
    call_id = talked(demo, provider, Scenario(analysed=False))
    assert report(demo, call_id)["source"] == "extract"
    model.status = 200
    assert report(demo, call_id)["source"] == "language_model"


def test_an_answer_that_is_no_report_is_not_asked_for_again(
    demo: Client, provider: ElevenLabsSimulator, model: Model
) -> None:
    model.said = "I am sorry."
    call_id = talked(demo, provider, Scenario(analysed=False))
    assert [report(demo, call_id)["source"] for _ in range(2)] == ["extract", "extract"]
    assert len(model.asked) == 1
