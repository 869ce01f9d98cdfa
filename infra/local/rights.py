"""Checks every request of a function against its role, and remembers what each function used."""

import threading
from collections import defaultdict
from dataclasses import dataclass

from infra.local.access import UnknownService, accesses
from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.iam import Access, decide, wildcard
from infra.local.model import ACCOUNT, Deployment, EventSource, Function

# What the service itself does with a role, outside any request: writing logs and traces.
SERVICES_OWN = ("logs:", "xray:", "cloudwatch:")


@dataclass(frozen=True)
class Grant:
    """One action pattern on one resource pattern that a role allows."""

    policy: str
    action: str
    resource: str


@dataclass(frozen=True)
class Use:
    """One access that was asked for."""

    function: str
    action: str
    resource: str
    allowed: bool


class MissingRight(Exception):
    """An event source mapping whose function's role may not read the source."""


class Rights:
    """The roles of a stack at work. `enforced` off lets everything pass and still records it."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._lock = threading.Lock()
        self._uses: dict[str, set[Use]] = defaultdict(set)
        self.enforced = True

    def guard(self, request: AwsRequest, caller: Function | None) -> Answer | None:
        """Refuse what the caller's role does not allow; requests of nobody's function are the operator's."""
        if caller is None:
            return self._anonymous(request)
        try:
            wanted = accesses(request, self._deployment.region)
        except UnknownService as unknown:
            return error(request, "UnknownService", f"{unknown} is not described in infra/local/access.py", 501)
        for access in wanted:
            decision = decide(caller.role.statements, access)
            self._note(caller, access, allowed=decision.allowed)
            if not decision.allowed and self.enforced:
                explicit = decision.statement is not None
                return refusal(request, caller, access, explicit=explicit)
        return None

    def review(self, request: AwsRequest, caller: Function | None, answer: Answer) -> Answer:
        """Without s3:ListBucket a missing object is a refusal: the service does not tell what exists."""
        if caller is None or request.operation not in ("GetObject", "HeadObject") or answer.status != 404:
            return answer
        bucket = request.path.lstrip("/").split("/")[0]
        if decide(caller.role.statements, Access("s3:ListBucket", f"arn:aws:s3:::{bucket}")).allowed:
            return answer
        return error(request, "AccessDenied", "Access Denied", 403) if self.enforced else answer

    def poller_used(self, source: EventSource) -> None:
        """An event source is polled with the function's role; the service refuses a mapping whose role cannot poll."""
        function = self._deployment.functions[source.function]
        actions = (
            ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
            if source.is_queue
            else ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams")
        )
        wanted = [Access(action, source.source) for action in actions]
        if source.on_failure is not None:
            wanted.append(Access("sqs:SendMessage", source.on_failure))
        for access in wanted:
            allowed = decide(function.role.statements, access).allowed
            self._note(function, access, allowed=allowed)
            if not allowed:
                raise MissingRight(f"{source.logical_id}: the role of {source.function} lacks {access.action}")

    def destination_used(self, function: Function) -> None:
        """The service sends to a function's on-failure destination with the function's role."""
        if function.on_failure is None:
            return
        access = Access("sqs:SendMessage", function.on_failure)
        allowed = decide(function.role.statements, access).allowed
        self._note(function, access, allowed=allowed)
        if not allowed:
            raise MissingRight(f"The role of {function.logical_id} may not send to {function.on_failure}")

    def used(self, function: str) -> set[tuple[str, str]]:
        """(action, resource) the function was allowed and made use of."""
        return {(use.action, use.resource) for use in self._uses.get(function, set()) if use.allowed}

    def refused(self, function: str) -> set[tuple[str, str]]:
        """(action, resource) the function asked for in vain."""
        return {(use.action, use.resource) for use in self._uses.get(function, set()) if not use.allowed}

    def granted(self, function: str) -> list[Grant]:
        """What the function's role allows, pattern by pattern."""
        statements = self._deployment.functions[function].role.statements
        return [
            Grant(statement.policy, action, resource)
            for statement in statements
            if statement.effect == "Allow"
            for action in statement.actions or tuple(f"not {one}" for one in statement.not_actions)
            for resource in statement.resources or tuple(f"not {one}" for one in statement.not_resources)
        ]

    def unused(self, function: str) -> list[Grant]:
        """Grants that no use so far needed; those the service itself needs (logs, traces) are not counted."""
        used = self.used(function)
        return [
            grant
            for grant in self.granted(function)
            if not grant.action.startswith(SERVICES_OWN)
            and not any(
                wildcard(grant.action, action, ignore_case=True) and wildcard(grant.resource, resource)
                for action, resource in used
            )
        ]

    def clear(self) -> None:
        """Forget what was used."""
        with self._lock:
            self._uses.clear()

    def _note(self, function: Function, access: Access, *, allowed: bool) -> None:
        with self._lock:
            self._uses[function.logical_id].add(Use(function.logical_id, access.action, access.resource, allowed))

    def _anonymous(self, request: AwsRequest) -> Answer | None:
        unsigned = request.access_key is None and request.service != "cognito-idp"
        if unsigned and self.enforced:
            code = "AccessDenied" if request.service == "s3" else "MissingAuthenticationTokenException"
            return error(request, code, "Access Denied", 403)
        return None


def refusal(request: AwsRequest, caller: Function, access: Access, *, explicit: bool) -> Answer:
    """The service's sentence."""
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{caller.role.name}/{caller.name}"
    because = "with an explicit deny in an identity-based policy" if explicit else _no_allow(access)
    message = f"User: {who} is not authorized to perform: {access.action} on resource: {access.resource} {because}"
    if request.service == "s3":
        return error(request, "AccessDenied", message, 403)
    code = "AccessDeniedException"
    if "HTTP_X_AMZ_TARGET" not in request.environ and request.service != "execute-api":
        code = "AccessDenied"
    return error(request, code, message, 400 if code == "AccessDeniedException" else 403)


def _no_allow(access: Access) -> str:
    return f"because no identity-based policy allows the {access.action} action"
