"""HTTP and WebSocket APIs: routes out of the OpenAPI body, integrations out of their URIs."""

from typing import Any

from infra.local.intrinsics import Created
from infra.local.model import HttpApi, Route, WebSocketApi
from infra.local.place import Place
from infra.local.properties import MissingProperty, Properties, UnsupportedProperty

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", ANY_METHOD)


def api(place: Place, properties: Properties) -> Created:
    """AWS::ApiGatewayV2::Api of either protocol."""
    api_id = place.token(properties.logical_id)
    protocol = properties.take("ProtocolType", "HTTP")
    selection = properties.take("RouteSelectionExpression", "$request.body.action")
    if protocol == "WEBSOCKET":
        place.deployment.websocket_apis[api_id] = WebSocketApi(api_id, selection)
        scheme = "wss"
    else:
        made = HttpApi(api_id)
        _read_body(place, made, properties.take("Body", {}))
        made.cors = properties.take("CorsConfiguration", made.cors)
        place.deployment.http_apis[api_id] = made
        scheme = "https"
    properties.ignore("Name", "Tags", "Description", "FailOnWarnings", "DisableExecuteApiEndpoint", "Version")
    endpoint = f"{scheme}://{api_id}.execute-api.{place.region}.amazonaws.com"
    return Created(properties.logical_id, properties.type, api_id, {"ApiEndpoint": endpoint, "ApiId": api_id})


def stage(place: Place, properties: Properties) -> Created:
    """AWS::ApiGatewayV2::Stage: its name; throttling and access logs have no counterpart here."""
    api_id, name = properties.require("ApiId"), properties.require("StageName")
    known: HttpApi | WebSocketApi | None = place.deployment.http_apis.get(api_id)
    known = known or place.deployment.websocket_apis.get(api_id)
    if known is None:
        raise MissingProperty(f"{properties.logical_id}: there is no API {api_id}")
    known.stages.append(name)
    properties.ignore("AutoDeploy", "DefaultRouteSettings", "RouteSettings", "AccessLogSettings", "Tags", "Description")
    properties.ignore("DeploymentId", "StageVariables")
    return Created(properties.logical_id, properties.type, name)


def integration(place: Place, properties: Properties) -> Created:
    """AWS::ApiGatewayV2::Integration with a function."""
    if properties.require("IntegrationType") != "AWS_PROXY":
        raise UnsupportedProperty(f"{properties.logical_id}: only AWS_PROXY integrations run here")
    function = place.deployment.function(properties.require("IntegrationUri"))
    made = place.token(properties.logical_id)
    place.deployment.integrations[made] = function.logical_id
    properties.ignore("ApiId", "IntegrationMethod", "PayloadFormatVersion", "TimeoutInMillis", "Description")
    properties.ignore("ContentHandlingStrategy", "CredentialsArn", "ConnectionType")
    return Created(properties.logical_id, properties.type, made)


def route(place: Place, properties: Properties) -> Created:
    """AWS::ApiGatewayV2::Route."""
    api_id, key = properties.require("ApiId"), properties.require("RouteKey")
    function = place.deployment.integrations[properties.require("Target").removeprefix("integrations/")]
    authorization = properties.take("AuthorizationType", "NONE")
    if authorization != "NONE":
        raise UnsupportedProperty(f"{properties.logical_id}: AuthorizationType {authorization}")
    if api_id in place.deployment.websocket_apis:
        place.deployment.websocket_apis[api_id].routes[key] = function
    else:
        method, _, path = key.rpartition(" ")
        place.deployment.http_apis[api_id].routes.append(Route(method or "ANY", path, function))
    place.deployment.functions[function].events.append(f"route {key}")
    made = place.token(properties.logical_id)
    if properties.take("RouteResponseSelectionExpression", "$default") != "$default":
        raise UnsupportedProperty(f"{properties.logical_id}: the only route response is $default")
    place.deployment.routes[made] = (api_id, key)
    properties.ignore("OperationName", "ApiKeyRequired")
    return Created(properties.logical_id, properties.type, made)


def route_response(place: Place, properties: Properties) -> Created:
    """AWS::ApiGatewayV2::RouteResponse: what the route's function answers is sent back."""
    api_id, key = place.deployment.routes[properties.require("RouteId")]
    if properties.require("RouteResponseKey") != "$default" or properties.require("ApiId") != api_id:
        raise UnsupportedProperty(f"{properties.logical_id}: only $default, of the route's own API")
    place.deployment.websocket_apis[api_id].answering.add(key)
    return Created(properties.logical_id, properties.type, place.token(properties.logical_id))


def deployment(place: Place, properties: Properties) -> Created:
    """AWS::ApiGatewayV2::Deployment: every change is live here at once."""
    properties.ignore("ApiId", "StageName", "Description")
    return Created(properties.logical_id, properties.type, place.token(properties.logical_id))


def _read_body(place: Place, made: HttpApi, body: dict[str, Any]) -> None:
    made.cors = body.get("x-amazon-apigateway-cors", {})
    schemes = body.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if name == "NONE":
            continue
        authorizer = scheme.get("x-amazon-apigateway-authorizer", {})
        if authorizer.get("type") != "jwt":
            raise UnsupportedProperty(f"Authorizer {name}: only JWT authorizers run here")
        made.authorizers[name] = authorizer
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            if method in METHODS:
                # SAM writes the default route as the path `/$default`, and marks it.
                made.routes.append(
                    _route(place, "$default" if operation.get("isDefaultRoute") else path, method, operation)
                )


def _route(place: Place, path: str, method: str, operation: dict[str, Any]) -> Route:
    settings = operation[INTEGRATION]
    if settings.get("type") != "aws_proxy" or settings.get("payloadFormatVersion") != "2.0":
        raise UnsupportedProperty(f"{path}: only aws_proxy with payload format 2.0 is played here")
    function = place.deployment.function(settings["uri"])
    security = [(name, scopes) for entry in operation.get("security", []) for name, scopes in entry.items()]
    guarded = [(name, tuple(scopes)) for name, scopes in security if name != "NONE"]
    authorizer, scopes = guarded[0] if guarded else (None, ())
    verb = "ANY" if method == ANY_METHOD else method.upper()
    made = Route(verb, path, function.logical_id, authorizer, scopes)
    function.events.append(f"route {made.key}")
    return made


CREATORS = {
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::Stage": stage,
    "AWS::ApiGatewayV2::Integration": integration,
    "AWS::ApiGatewayV2::Route": route,
    "AWS::ApiGatewayV2::RouteResponse": route_response,
    "AWS::ApiGatewayV2::Deployment": deployment,
}
