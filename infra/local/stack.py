"""A whole stack on this machine: deploy a template, call its functions, move its clock, look at what happened."""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from infra.local import checks, comprehend, corrections, engine, environment, reset, shortcut, transform
from infra.local.calls import Calls
from infra.local.clock import Clock
from infra.local.cloud import Cloud
from infra.local.conductor import Conductor
from infra.local.controls import PREFIX, Controls
from infra.local.deploy import deploy
from infra.local.environment import Addresses
from infra.local.faults import Faults
from infra.local.gateway import Request, Response
from infra.local.http_api import HttpGateway, only_api
from infra.local.invocation import InProcess, Invoker, Outcome
from infra.local.model import Deployment, Function
from infra.local.port import listen
from infra.local.presigned import PresignedLinks
from infra.local.request_log import Counted, RequestLog
from infra.local.rights import Rights
from infra.local.tokens import TokenCheck
from infra.local.transcribe import Transcribe
from infra.local.websocket import Conversation, Hub
from infra.local.workers import Workers

if TYPE_CHECKING:
    from infra.local.http_front import HttpFront

REGION = "eu-west-1"
NAME = "tandem-local"


class Stack:
    """Made by `Stack.start`; see there."""

    def __init__(self, deployment: Deployment, cloud: Cloud, clock: Clock, root: Path) -> None:
        self.deployment = deployment
        self.cloud = cloud
        self.clock = clock
        self.root = root
        self.base_url = "http://localhost:3001"
        self.stage = "local"
        self.rights = Rights(deployment)
        self.faults = Faults(clock.path.with_name("faults.json"))
        self._variables: dict[str, dict[str, str]] = {}
        self._front: HttpFront | None = None
        self._clock_before: Clock | None = None

    @classmethod
    def start(
        cls,
        template: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        root: Path | None = None,
        workers: bool = False,
        port: int | None = None,
        autorun: bool = False,
        region: str = REGION,
        name: str = NAME,
    ) -> "Stack":
        """Deploy `template` and serve it.

        `root` is the folder handlers are imported from (default: the template's). `workers` runs functions in
        processes of their own. `port` opens HTTP and WebSocket on 127.0.0.1 (0: any; None: no socket, use `request`).
        `autorun` lets queues, streams and schedules run by themselves; without it, `settle` and `advance` do.
        A stack may be started while another one of this process rests: `stop` gives the other one its cloud back.
        """
        # The port first: if it is taken, nothing else needs to happen.
        taken = listen(port) if port is not None else None
        root = (root or template.parent).resolve()
        deployment = Deployment(region)
        clock = Clock(Path(tempfile.mkdtemp(prefix="tandem-")) / "clock")
        clock_before = corrections.install(clock)
        cloud = Cloud(deployment)
        shortcut.install(cloud)
        loaded = transform.load(template, dict(parameters or {}), region, root / ".local" / "transformed")
        deployment.outputs = deploy(loaded, parameters or {}, deployment, cloud.client, root, name)
        stack = cls(deployment, cloud, clock, root)
        stack._clock_before = clock_before
        stack.stage = str(stage_of(loaded, parameters or {}))
        stack._open(taken, workers=workers, autorun=autorun)
        return stack

    def _open(self, taken: socket.socket | None, *, workers: bool, autorun: bool) -> None:
        if taken is not None:
            self.base_url = f"http://localhost:{taken.getsockname()[1]}"
        logs = self.root / ".local" / "logs"
        self.invoker: Invoker = Workers(self.variables, logs) if workers else InProcess(self.variables)
        self.calls = Calls(self.deployment, self.invoker, self.clock)
        tokens = TokenCheck(self._published_keys, self.clock.now)
        self.gateway = HttpGateway(only_api(self.deployment), self.calls.now, self.clock.now, tokens)
        self.controls = Controls(self)
        self.hub = self._hub()
        self.transcribe = Transcribe(self.deployment, self.cloud.url)
        self.cloud.routes |= {"transcribe": self.transcribe, "comprehend": comprehend.answer}
        self.conductor = Conductor(self.deployment, self.calls, self.clock, parallel=4 if workers else 1)
        links = PresignedLinks(self.deployment, self.clock, self.calls)
        self.cloud.guards += [links.guard, self.rights.guard, checks.guard, self.faults.guard]
        self.cloud.reviews += [self.rights.review, self.faults.review]
        self.cloud.watchers.append(self.conductor.watch)
        own = len(self.cloud.guards)  # whoever adds another may want to see a request repeated
        self.cloud.answers_at_once = lambda: len(self.cloud.guards) == own and not self.faults.active()
        self._note_pollers()
        if taken is not None:
            # Imported here: tests without a socket need no aiohttp.
            from infra.local.http_front import HttpFront

            self._front = HttpFront(taken, self.handle, self.hub)
        if autorun:
            self.conductor.start()

    def _hub(self) -> Hub | None:
        for api in self.deployment.websocket_apis.values():
            hub = Hub(api, self.calls.now, self.clock.now)
            self.cloud.routes["execute-api"] = hub.manage
            return hub
        return None

    def _note_pollers(self) -> None:
        """Pollers and destinations use a function's role all the time."""
        for source in self.deployment.sources:
            self.rights.poller_used(source)
        for function in self.functions.values():
            self.rights.destination_used(function)

    @property
    def aws_endpoint_url(self) -> str:
        """Where AWS is, for a boto3 of your own."""
        return self.cloud.url

    @property
    def outputs(self) -> dict[str, Any]:
        """The template's outputs, with local addresses for its APIs."""
        at = self.addresses
        return {
            name: environment.localised(value, self.deployment, at) if isinstance(value, str) else value
            for name, value in self.deployment.outputs.items()
        }

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by logical id."""
        return self.deployment.functions

    @property
    def requests(self) -> RequestLog:
        """What was asked of AWS, by whom."""
        return self.cloud.log

    @property
    def addresses(self) -> Addresses:
        """Where the parts of this stack listen."""
        faults = self.clock.path.with_name("faults.json")
        return Addresses(self.base_url, self.ws_url, self.cloud.url, self.clock.path, faults, self.cloud.url)

    @property
    def ws_url(self) -> str:
        """Where the WebSocket API is."""
        return self.base_url.replace("http://", "ws://", 1) + "/ws"

    def client(self, service: str) -> Any:
        """A boto3 client that may do everything; its requests count for no function."""
        return self.cloud.client(service)

    def variables(self, function: Function) -> dict[str, str]:
        """The whole environment of a function."""
        if function.logical_id not in self._variables:
            made = environment.variables(function, self.deployment, self.addresses)
            self._variables[function.logical_id] = made
        return self._variables[function.logical_id]

    def invoke(self, logical_id: str, event: Any) -> Outcome:
        """Call a function directly and wait."""
        return self.calls.now(logical_id, event)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        body: bytes | str | None = None,
        query: Mapping[str, Any] | None = None,
        **also: Any,
    ) -> Response:
        """An HTTP request without a socket, through the same code as one with. `json=` is the body as JSON."""
        payload = also.pop("json", json_body)
        if also:
            raise TypeError(f"request() has no argument {', '.join(also)}")
        path, _, given = path.partition("?")
        fields = [(name, value) for name, value in (headers or {}).items()]
        content = body.encode() if isinstance(body, str) else body or b""
        if payload is not None:
            content = json.dumps(payload).encode()
            if not any(name.lower() == "content-type" for name, _ in fields):
                fields.append(("content-type", "application/json"))
        added = urlencode(query or {}, doseq=True)
        asked = "&".join(part for part in (given, added) if part)
        host = self.base_url.partition("://")[2]
        return self.handle(Request(method.upper(), path, asked, tuple(fields), content, host=host))

    def handle(self, request: Request) -> Response:
        """A request from whatever side: a control in the local stage, the HTTP API otherwise."""
        if self.stage == "local" and request.path.startswith(PREFIX):
            return self.controls.handle(request)
        return self.gateway.handle(request)

    def connect(
        self, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None, path: str = "/ws"
    ) -> Conversation:
        """A WebSocket client without a socket."""
        if self.hub is None:
            raise LookupError("The template has no WebSocket API")
        return Conversation(self.hub, headers or {}, query or {}, path)

    def settle(self) -> None:
        """Run everything that is due now, until nothing is."""
        self.conductor.settle()

    def advance(self, seconds: float) -> None:
        """Move the platform's clock forward, running what falls due on the way at its own instant."""
        self.conductor.advance(seconds)

    def run_schedule(self, name: str) -> Outcome:
        """Fire one schedule (its logical id or its function's) now."""
        outcome: Outcome = self.conductor.run_schedule(name)
        return outcome

    def dead_letters(self) -> dict[str, list[dict[str, Any]]]:
        """Messages in dead-letter queues, by queue; empty queues are left out."""
        found = {}
        for queue in engine.dead_letter_queues(self.deployment.region):
            if messages := engine.messages(queue):
                found[queue.name] = [engine.as_message(message) for message in messages]
        return found

    @contextmanager
    def count_requests(self) -> Iterator[Counted]:
        """Count AWS requests made inside the block."""
        with self.cloud.log.counting() as counted:
            yield counted

    def reset(self) -> None:
        """Empty everything the functions wrote, and go back to real time; the deployment stays."""
        self.clock.reset()
        self.faults.clear()
        if self.hub is not None:
            self.hub.close_all()
        self.transcribe.clear()
        reset.empty(self.deployment, self.cloud)
        self.conductor.rewind()

    def stop(self) -> None:
        """End everything this stack started."""
        if self._front is not None:
            self._front.stop()
        self.conductor.stop()
        self.invoker.stop()
        shortcut.remove(self.cloud)
        self.cloud.stop()
        corrections.install(self._clock_before)
        self.clock.close()
        shutil.rmtree(self.clock.path.parent, ignore_errors=True)

    @staticmethod
    def _published_keys(issuer: str) -> Mapping[str, Any]:
        """moto signs every pool's tokens with one key."""
        # Imported here: slow, and needed only where the template has a JWT authorizer.
        from moto.cognitoidp.responses import CognitoIdpJsonWebKeyResponse

        found: dict[str, Any] = json.loads(CognitoIdpJsonWebKeyResponse.json_web_key)
        return found


def stage_of(template: transform.Template, parameters: Mapping[str, str]) -> Any:
    """The value of the template's Stage parameter; a template without one is local."""
    declared = template.body.get("Parameters", {}).get("Stage", {})
    return parameters.get("Stage", declared.get("Default", "local"))
