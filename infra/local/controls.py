"""`/__local/*`: the platform's clock, schedules, faults, letters, insights: this runner's, never the template's."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from infra.local.cognito import INVITATIONS
from infra.local.conductor import NeverSettles
from infra.local.faults import InvalidFault
from infra.local.gateway import Request, Response
from infra.local.schedules import UnknownSchedule

if TYPE_CHECKING:
    from infra.local.stack import Stack

PREFIX = "/__local/"
MAX_ADVANCE = 366 * 86400


class Refused(Exception):
    """A control that was asked for wrongly."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Controls:
    """Answers the controls of one stack."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack
        self._table: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("POST", "clock"): self._clock,
            ("GET", "clock"): lambda _: self._time(),
            ("POST", "settle"): self._settle,
            ("GET", "deadletters"): lambda _: {"queues": stack.dead_letters()},
            ("POST", "faults"): self._add_fault,
            ("GET", "faults"): lambda _: {"faults": stack.faults.active()},
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "rights"): lambda _: self._rights(),
            ("GET", "requests"): lambda _: {"functions": stack.requests.by_function()},
            ("DELETE", "requests"): self._clear_requests,
            ("GET", "invitations"): lambda _: {"invitations": INVITATIONS},
        }

    def handle(self, request: Request) -> Response:
        """One control; an unknown one is 404, another method 405."""
        name = unquote(request.path.removeprefix(PREFIX)).strip("/")
        try:
            if name.startswith("schedules/") and request.method == "POST":
                return _json(200, self._run(name.removeprefix("schedules/")))
            control = self._table.get((request.method, name))
            if control is None:
                known = any(known == name for _, known in self._table)
                raise Refused(405 if known else 404, "Method Not Allowed" if known else "Not Found")
            return _json(200, control(_body(request)))
        except Refused as refused:
            return _json(refused.status, {"error": refused.message})
        except NeverSettles as never:
            return _json(500, {"error": str(never)})

    def _clock(self, body: Any) -> Any:
        seconds = body.get("advance_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_ADVANCE:
            raise Refused(400, "advance_seconds is a number of seconds, not negative, at most a year")
        self._stack.advance(float(seconds))
        return self._time()

    def _time(self) -> Any:
        return {"now": self._stack.clock.now(), "offset_seconds": self._stack.clock.offset}

    def _settle(self, body: Any) -> Any:
        self._stack.settle()
        return {"settled": True}

    def _run(self, name: str) -> Any:
        try:
            outcome = self._stack.run_schedule(name)
        except UnknownSchedule as unknown:
            raise Refused(404, str(unknown)) from unknown
        if outcome.failed:
            return {"failed": True, "error": outcome.error}
        return {"failed": False, "payload": outcome.payload}

    def _add_fault(self, body: Any) -> Any:
        try:
            self._stack.faults.add(body)
        except InvalidFault as invalid:
            raise Refused(400, str(invalid)) from invalid
        return {"faults": self._stack.faults.active()}

    def _clear_faults(self, body: Any) -> Any:
        self._stack.faults.clear()
        return {"faults": []}

    def _clear_requests(self, body: Any) -> Any:
        self._stack.requests.clear()
        return {"functions": {}}

    def _rights(self) -> Any:
        rights = self._stack.rights
        return {
            "functions": {
                name: {
                    "granted": [vars(grant) for grant in rights.granted(name)],
                    "used": [{"action": a, "resource": r} for a, r in sorted(rights.used(name))],
                    "refused": [{"action": a, "resource": r} for a, r in sorted(rights.refused(name))],
                    "unused": [vars(grant) for grant in rights.unused(name)],
                }
                for name in sorted(self._stack.functions)
            }
        }


def _body(request: Request) -> Any:
    if not request.body:
        return {}
    try:
        found = json.loads(request.body)
    except ValueError as invalid:
        raise Refused(400, "The body is not JSON") from invalid
    if not isinstance(found, dict):
        raise Refused(400, "The body is a JSON object")
    return found


def _json(status: int, values: Any) -> Response:
    return Response(status, (("content-type", "application/json"),), json.dumps(values).encode())
