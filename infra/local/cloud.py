"""moto in this process, behind the guards that make it answer as the service would."""

import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import create_backend_app

from infra.local import corrections, engine
from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest, read
from infra.local.dynamodb.service import Items
from infra.local.model import ADMIN_KEY, ADMIN_SECRET, Deployment, Function
from infra.local.moto_state import MotoState
from infra.local.request_log import RequestLog
from infra.local.wsgi_server import Environ, WsgiServer

Guard = Callable[[AwsRequest, Function | None], Answer | None]
Watcher = Callable[[AwsRequest], None]
Review = Callable[[AwsRequest, Function | None, Answer], Answer]
# Service by signing name, and what moto calls it.
SERVED = {
    "dynamodb": "dynamodb",
    "sqs": "sqs",
    "s3": "s3",
    "ssm": "ssm",
    "cognito-idp": "cognitoidp",
    "logs": "logs",
    "sts": "sts",
    "cloudwatch": "cloudwatch",
}


class Cloud:
    """The AWS endpoint of a stack. Guards may refuse, reviews may change an answer, watchers are told of writes."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.log = RequestLog()
        self.guards: list[Guard] = []
        self.reviews: list[Review] = []
        self.watchers: list[Watcher] = []
        self.items = Items(lambda name: engine.find_table(deployment.region, name), corrections.now)
        # Whoever asks for items takes turns: each answer is there in less than a thread needs to begin.
        self.lock = threading.RLock()
        self.routes: dict[str, Callable[[AwsRequest], Answer]] = {}
        self.answers_at_once: Callable[[], bool] = lambda: False
        """Whether no answer now is one that boto3 would ask for again."""
        self._apps: dict[str, Any] = {}
        self._before = MotoState.put_aside()
        self._server = WsgiServer(self)
        self._clients: dict[str, Any] = {}
        self._server.start()

    @property
    def url(self) -> str:
        """The endpoint for boto3."""
        return self._server.url

    def client(self, service: str) -> Any:
        """An operator's boto3 client: no role, no checks of rights."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                region_name=self.deployment.region,
                endpoint_url=self.url,
                aws_access_key_id=ADMIN_KEY,
                aws_secret_access_key=ADMIN_SECRET,
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return self._clients[service]

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request, as WSGI."""
        answer = self.answer(read(environ))
        start_response(answer.line, answer.headers)
        return [answer.body]

    def answer(self, request: AwsRequest) -> Answer:
        """Log, guard, serve, review, and tell the watchers."""
        caller = self.deployment.by_key(request.access_key)
        self.log.add(request, caller.logical_id if caller else None)
        for guard in self.guards:
            refusal = guard(request, caller)
            if refusal is not None:
                return refusal
        answer = self._serve(request)
        for review in self.reviews:
            answer = review(request, caller, answer)
        if answer.status < 300:
            for watcher in self.watchers:
                watcher(request)
        return answer

    def _serve(self, request: AwsRequest) -> Answer:
        if request.service in self.routes:
            return self.routes[request.service](request)
        if request.service not in SERVED:
            return error(request, "UnknownService", f"{request.service} is not served by the local stack", 501)
        if request.service == "dynamodb" and self.items.serves(request.operation):
            with self.lock:
                return self.items.answer(request)
        collected: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            collected.append((status, headers))

        with self.lock if request.service == "dynamodb" else nullcontext():
            body = b"".join(self._app(request)(request.environ, start))
        status, headers = collected[0]
        return Answer(int(status.split(" ")[0]), body, headers)

    def _app(self, request: AwsRequest) -> Any:
        """moto's application for the service; its own dispatcher lists a folder for every request."""
        name = SERVED[request.service]
        if name not in self._apps:
            self._apps[name] = create_backend_app(name)  # type: ignore[arg-type]
        return self._apps[name]

    def stop(self) -> None:
        """Close the endpoint and forget everything in it."""
        self._server.stop()
        self._before.take_up()
