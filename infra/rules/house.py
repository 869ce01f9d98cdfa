"""What our functions keep to besides what AWS asks, read from the template as it is written."""

import re
from collections.abc import Iterator
from typing import Any

# cfn-lint publishes no types.
from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped]
from cfnlint.template import Template  # type: ignore[import-untyped]

_LONGEST_ANSWER = 29
"""Seconds: an HTTP API gives up at 30."""

_ABOUT_NO_RESOURCE = {
    "comprehend:DetectDominantLanguage",
    "comprehend:DetectSentiment",
    "transcribe:StartTranscriptionJob",
}
"""Actions for which AWS knows no resources, only `*`."""

_BATCHES = ("SQS", "DynamoDB", "Kinesis")
_HANDLER = re.compile(r"functions\.([a-z_]+)\.([a-z_]+)\.handler")
_WORKERS = re.compile(r"(on|run)_[a-z_]+")


def _properties(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in template.get_resources([kind]).items():
        yield name, resource.get("Properties", {})


class NamedAfterItsModule(CloudFormationLintRule):  # type: ignore[misc]
    """One name, four places."""

    id = "E9101"
    shortdesc = "A function is named after its module"
    description = "functions/telephony/initiate_call.py is TelephonyInitiateCall; workers are on_… or run_…"
    source_url = "docs/decisions"
    tags = ("house",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Functions of another name."""
        found = []
        for name, properties in _properties(cfn, "AWS::Serverless::Function"):
            handler = _HANDLER.fullmatch(str(properties.get("Handler")))
            named = (
                "".join(word.capitalize() for part in handler.groups() for word in part.split("_")) if handler else ""
            )
            worker = handler is None or handler[1] != "workers" or _WORKERS.fullmatch(handler[2])
            if named != name or not worker:
                found.append(RuleMatch(["Resources", name], f"{name} is not the name of {properties.get('Handler')}"))
        return found


class RightsHaveNames(CloudFormationLintRule):  # type: ignore[misc]
    """A right is written once, in infra/access.yaml."""

    id = "E9102"
    shortdesc = "A role has named capabilities, no policies of its own"
    description = "Rights are managed policies of infra/access.yaml, whose table statements are fenced by key"
    source_url = "docs/decisions"
    tags = ("house",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Inline policies, resources `*`, and table rights without a fence."""
        found = [
            RuleMatch(["Resources", name, "Properties", "Policies"], f"{name} has policies of its own")
            for name, properties in _properties(cfn, "AWS::Serverless::Function")
            if any("Fn::GetAtt" not in policy for policy in properties.get("Policies", []))
        ]
        for name, properties in _properties(cfn, "AWS::IAM::ManagedPolicy"):
            path = ["Resources", name, "Properties", "PolicyDocument", "Statement"]
            for number, statement in enumerate(properties["PolicyDocument"]["Statement"]):
                if flaw := _flaw(statement):
                    found.append(RuleMatch([*path, number], f"{name} {flaw}"))
        return found


def _flaw(statement: dict[str, Any]) -> str | None:
    resources = statement.get("Resource")
    actions = statement.get("Action", [])
    everywhere = resources == "*" or "*" in (resources if isinstance(resources, list) else [])
    if everywhere and not set(actions) <= _ABOUT_NO_RESOURCE:
        return "is about every resource"
    if any("*" in action or action.endswith(":Scan") for action in actions):
        return "allows more than it names"
    of_table = any(action.startswith("dynamodb:") for action in actions)
    if of_table and "dynamodb:LeadingKeys" not in str(statement.get("Condition")):
        return "opens the whole table: dynamodb:LeadingKeys is missing"
    return None


class AnswersInTime(CloudFormationLintRule):  # type: ignore[misc]
    """A function that the API waits for ends before the API gives up."""

    id = "E9103"
    shortdesc = "A function behind the API ends before the API gives up"
    description = "Functions outside functions/workers have a Timeout under 29 seconds"
    source_url = "docs/decisions"
    tags = ("house",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Functions that may run longer."""
        default = cfn.template.get("Globals", {}).get("Function", {}).get("Timeout", 0)
        return [
            RuleMatch(["Resources", name, "Properties"], f"{name} may run longer than the API waits")
            for name, properties in _properties(cfn, "AWS::Serverless::Function")
            if not name.startswith("Workers") and properties.get("Timeout", default) >= _LONGEST_ANSWER
        ]


class ReportsEachFailure(CloudFormationLintRule):  # type: ignore[misc]
    """One bad message must not bring back the good ones."""

    id = "E9104"
    shortdesc = "A batch's failures are reported one by one"
    description = "Every queue and stream event has ReportBatchItemFailures"
    source_url = "docs/decisions"
    tags = ("house",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Mappings without it."""
        return [
            RuleMatch(["Resources", name, "Properties", "Events", event], f"{name} lacks ReportBatchItemFailures")
            for name, properties in _properties(cfn, "AWS::Serverless::Function")
            for event, source in properties.get("Events", {}).items()
            if source["Type"] in _BATCHES
            and "ReportBatchItemFailures" not in source["Properties"].get("FunctionResponseTypes", [])
        ]
