"""A Powertools resolver with exactly one route, around an endpoint's function."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel

from tandem.entry.caller import Caller
from tandem.entry.request import Request
from tandem.errors import BadRequest, Invalid, NotFound

GIVEN = (Caller, Request)
"""Parameters of an endpoint's function that the pipeline gives it, by their type."""


class Route:
    """Reads and validates a request for one function, and calls it."""

    def __init__(self, methods: Sequence[str], paths: Sequence[str], function: Callable[..., Any]) -> None:
        self._function = function
        self._signature = inspect.signature(function)
        self._given: Mapping[type, object] = {}
        self.resolver = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=_json_object)
        self._reads_json = any(_is_shape(parameter.annotation) for parameter in self._signature.parameters.values())
        self.bound = self._bound()
        for path in paths:
            self.resolver.route(powertools_path(path), method=list(methods))(self.bound)
        self.resolver.exception_handler(RequestValidationError)(_refuse)
        self.resolver.not_found(_refuse_path)

    def __call__(self, request: Request, given: Mapping[type, object], context: Any) -> Any:
        """What the function returns. Raises Problem for a request that does not meet its signature."""
        if self._reads_json:
            _require_json(request.headers.get("content-type", ""))
        self._given = given
        result: list[Any] = []
        self._result = result
        try:
            self.resolver.resolve(request.as_text(), context)
        except RecursionError as error:
            raise BadRequest("The body is nested too deeply.") from error
        return result[0]

    def _bound(self) -> Callable[..., Response[str]]:
        """The function as Powertools shall see it: without the parameters that the pipeline gives."""
        parameters = self._signature.parameters.values()
        given = {parameter.name: parameter.annotation for parameter in parameters if parameter.annotation in GIVEN}
        seen = [parameter for parameter in parameters if parameter.name not in given]

        def bound(**values: Any) -> Response[str]:
            extra = {name: self._given[kind] for name, kind in given.items()}
            self._result.append(self._function(**extra, **values))
            return _DONE

        keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in seen]
        signature = inspect.Signature(keyword_only)  # the dialect writes the answer, so nothing is said of it here
        bound.__signature__ = signature  # type: ignore[attr-defined]
        bound.__name__, bound.__doc__ = self._function.__name__, self._function.__doc__
        return bound


# What the function returned travels beside the resolver: the dialect writes it, Powertools does not.
_DONE: Response[str] = Response(status_code=204, body="")


def powertools_path(path: str) -> str:
    """`/calls/{call_id}` as Powertools writes it: `/calls/<call_id>`."""
    return path.replace("{", "<").replace("}", ">")


def _is_shape(annotation: Any) -> bool:
    """Whether it is a model, also `Annotated[Model | None, …]`."""
    if isinstance(annotation, type):
        return issubclass(annotation, BaseModel)
    return any(_is_shape(part) for part in get_args(annotation))


def _require_json(content_type: str) -> None:
    """Powertools would also read forms and uploads. No Content-Type at all is taken for JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != "application/json":
        raise BadRequest("The body must be JSON, with Content-Type application/json.")


def _json_object(text: str) -> dict[str, Any]:
    """The object that a body is. Python's parser raises more than it says, and knows NaN, which JSON does not."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise BadRequest("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refuse(error: RequestValidationError) -> Response[str]:
    fields = [{"field": _place(problem["loc"]), "message": str(problem["msg"])} for problem in error.errors()]
    named = ", ".join(dict.fromkeys(field["field"] for field in fields if field["field"]))
    raise Invalid(
        f"The request is not valid: {named}." if named else "The request is not valid.", fields=fields
    ) from error


def _refuse_path(error: Exception) -> Response[str]:
    raise NotFound("There is nothing here.") from error


def _place(location: Any) -> str:
    """Where in the request: `customerPhone`, `options.0.digit`."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] if parts and parts[0] in ("body", "query", "path", "header") else parts)


def as_json(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
