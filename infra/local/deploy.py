"""Creates a transformed template's resources in dependency order, or stops at the first it does not know."""

from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from infra.local import apis, compute, identity, storage
from infra.local.intrinsics import Created, Resolver, references
from infra.local.model import ACCOUNT, Deployment
from infra.local.place import Place
from infra.local.properties import Properties
from infra.local.transform import Template

Create = Callable[[Place, Properties], Created]
CREATORS: dict[str, Create] = {**storage.CREATORS, **identity.CREATORS, **compute.CREATORS, **apis.CREATORS}
NESTED = "AWS::CloudFormation::Stack"


class UnknownResource(Exception):
    """A resource type this stack cannot create."""


class CircularDependency(Exception):
    """Resources that wait for each other."""


def deploy(
    template: Template,
    parameters: Mapping[str, Any],
    deployment: Deployment,
    client: Callable[[str], Any],
    root: Path,
    stack_name: str,
) -> dict[str, Any]:
    """Create every resource of the template and its children; answer its outputs."""
    resolver = Resolver(template.body, parameters, pseudo_parameters(stack_name, deployment.region))
    place = Place(deployment, client, root, stack_name)
    resources = template.body.get("Resources", {})
    for name in _order(resources):
        resource = resources[name]
        if "Condition" in resource and not resolver.condition(resource["Condition"]):
            continue
        properties = resolver.resolve(resource.get("Properties", {}))
        if resource["Type"] == NESTED:
            resolver.created[name] = _deploy_child(template.children[name], name, properties, place)
        else:
            resolver.created[name] = _create(place, name, resource["Type"], properties)
    return {
        name: resolver.resolve(output["Value"])
        for name, output in template.body.get("Outputs", {}).items()
        if "Condition" not in output or resolver.condition(output["Condition"])
    }


def pseudo_parameters(stack_name: str, region: str) -> dict[str, str]:
    """What AWS::Region and its like stand for here."""
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::Region": region,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": stack_name,
        "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{stack_name}/local",
    }


def _create(place: Place, name: str, type_: str, values: Mapping[str, Any]) -> Created:
    create = CREATORS.get(type_)
    if create is None:
        raise UnknownResource(f"{name}: {type_} is not served by the local stack")
    properties = Properties(name, type_, values)
    created = create(place, properties)
    properties.finish()
    return created


def _deploy_child(child: Template, name: str, values: Mapping[str, Any], place: Place) -> Created:
    properties = Properties(name, NESTED, values)
    parameters = properties.take("Parameters", {})
    properties.ignore("TemplateURL", "Tags", "TimeoutInMinutes", "NotificationARNs")
    properties.finish()
    child_name = f"{place.stack_name}-{name}"
    outputs = deploy(child, parameters, place.deployment, place.client, place.root, child_name)
    attributes = {f"Outputs.{key}": value for key, value in outputs.items()}
    return Created(name, NESTED, f"arn:aws:cloudformation:{place.region}:{ACCOUNT}:stack/{child_name}", attributes)


def _order(resources: Mapping[str, Any]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, resource in resources.items():
        explicit = resource.get("DependsOn") or []
        wanted = {*references(resource.get("Properties", {})), *([explicit] if isinstance(explicit, str) else explicit)}
        sorter.add(name, *sorted(wanted & set(resources)))
    try:
        return list(sorter.static_order())
    except CycleError as cycle:
        raise CircularDependency(" -> ".join(cycle.args[1])) from cycle
