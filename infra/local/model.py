"""What a deployed template consists of, as far as this runner plays it itself."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
ADMIN_KEY = "LOCALADMINISTRATOR00"
ADMIN_SECRET = "local-administrator-secret"  # noqa: S105 - it opens nothing but this process


@dataclass(frozen=True)
class Credentials:
    """An access key of this stack; real in form only."""

    key: str
    secret: str

    @classmethod
    def of(cls, name: str, salt: str) -> "Credentials":
        """The credentials of a function; the salt makes them new on every start, so that no client is taken for its."""
        digest = hashlib.sha256(f"{salt}/{name}".encode()).hexdigest()
        return cls("LKIA" + digest[:16].upper(), digest[16:56])


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, with the name of the policy it stands in."""

    policy: str
    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, Any]]


@dataclass
class Role:
    """An IAM role with all its statements, inline and managed."""

    name: str
    arn: str
    statements: list[Statement] = field(default_factory=list)


@dataclass
class Function:
    """A Lambda function: where its code is, what it may do, what its environment holds."""

    logical_id: str
    name: str
    arn: str
    handler: str
    role: Role
    environment: dict[str, str]
    timeout: float = 3
    memory: int = 128
    paths: tuple[Path, ...] = ()
    log_group: str = ""
    retries: int = 2
    on_failure: str | None = None
    credentials: Credentials = Credentials("", "")
    events: list[str] = field(default_factory=list)

    @property
    def module(self) -> str:
        """The handler's module, e.g. `functions.telephony.initiate_call`."""
        return self.handler.rpartition(".")[0].replace("/", ".")


@dataclass(frozen=True)
class Route:
    """An HTTP route: method (or ANY), path as the template spells it, and the function behind it."""

    method: str
    path: str
    function: str
    authorizer: str | None = None
    scopes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The route key API Gateway puts into events."""
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass
class HttpApi:
    """An HTTP API with its routes, CORS settings and JWT authorizers."""

    id: str
    routes: list[Route] = field(default_factory=list)
    cors: dict[str, Any] = field(default_factory=dict)
    authorizers: dict[str, dict[str, Any]] = field(default_factory=dict)
    stages: list[str] = field(default_factory=list)


@dataclass
class WebSocketApi:
    """A WebSocket API: route key to function, and the routes whose function's answer is sent back."""

    id: str
    selection: str = "$request.body.action"
    routes: dict[str, str] = field(default_factory=dict)
    answering: set[str] = field(default_factory=set)
    stages: list[str] = field(default_factory=list)


@dataclass
class EventSource:
    """An event source mapping of a queue or a table's stream."""

    logical_id: str
    function: str
    source: str
    batch_size: int
    partial: bool
    filters: list[dict[str, Any]] = field(default_factory=list)
    starting: str = "LATEST"
    retries: int = -1
    bisect: bool = False
    on_failure: str | None = None
    concurrency: int | None = None

    @property
    def is_queue(self) -> bool:
        """Queues and streams are polled differently."""
        return self.source.split(":")[2] == "sqs"


@dataclass
class Schedule:
    """A rule or schedule that fires by the platform's clock."""

    logical_id: str
    name: str
    arn: str
    expression: str
    function: str
    payload: Any = None
    timezone: str = "UTC"
    next_due: float = 0.0


@dataclass
class Deployment:
    """Everything a stack and its nested stacks brought into being."""

    region: str
    salt: str = field(default_factory=lambda: secrets.token_hex(8))
    functions: dict[str, Function] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    managed_policies: dict[str, list[Statement]] = field(default_factory=dict)
    layers: dict[str, Path] = field(default_factory=dict)
    http_apis: dict[str, HttpApi] = field(default_factory=dict)
    websocket_apis: dict[str, WebSocketApi] = field(default_factory=dict)
    integrations: dict[str, str] = field(default_factory=dict)
    routes: dict[str, tuple[str, str]] = field(default_factory=dict)
    sources: list[EventSource] = field(default_factory=list)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    notifications: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    queues: dict[str, str] = field(default_factory=dict)
    buckets: list[str] = field(default_factory=list)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    user_pools: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    _owners: dict[str, Function] = field(default_factory=dict, repr=False)

    def function(self, reference: str) -> Function:
        """A function by logical id, name, ARN or integration URI."""
        if "/functions/" in reference:
            reference = reference.split("/functions/")[1].split("/invocations")[0]
        for function in self.functions.values():
            if reference in (function.logical_id, function.name, function.arn):
                return function
        raise KeyError(f"There is no function {reference}")

    def by_key(self, access_key: str | None) -> Function | None:
        """The function that owns an access key, if one does."""
        if len(self._owners) != len(self.functions):
            self._owners = {one.credentials.key: one for one in self.functions.values()}
        return self._owners.get(access_key or "")

    def triggers(self) -> Iterator[tuple[str, str]]:
        """(function, what calls it), for whoever prints or checks them."""
        for function in self.functions.values():
            yield from ((function.logical_id, event) for event in function.events)
