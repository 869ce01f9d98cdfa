"""Turns a SAM template, with its nested templates, into plain CloudFormation without a network."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import boto3
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

LOCAL_BUCKET = "local"


class InvalidTemplate(Exception):
    """The template cannot be transformed; the message is the translator's."""


@dataclass
class Template:
    """A transformed template and the templates nested in it, by logical id."""

    path: Path
    body: dict[str, Any]
    children: dict[str, "Template"] = field(default_factory=dict)


def load(path: Path, parameters: dict[str, str], region: str) -> Template:
    """Read and transform `path` and every template it nests. Parameters only fill what SAM itself must know."""
    if not path.is_file():
        raise InvalidTemplate(f"There is no template at {path}")
    document = cast(dict[str, Any], yaml_parse(path.read_text()))
    _keep_local_paths(document)
    children = _take_out_nested(document, path, region)
    return Template(path, _translate(document, parameters, region, path), children)


def _translate(document: dict[str, Any], parameters: dict[str, str], region: str, path: Path) -> dict[str, Any]:
    transforms = document.get("Transform") or []
    names = [transforms] if isinstance(transforms, str) else list(transforms)
    if "AWS::LanguageExtensions" in names:
        raise InvalidTemplate(f"{path.name}: AWS::LanguageExtensions cannot be expanded offline")
    if not names:
        return document
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        translated = translator.translate(document, dict(parameters))
    except InvalidDocumentException as invalid:
        causes = "; ".join(str(cause.message) for cause in invalid.causes)
        raise InvalidTemplate(f"{path.name}: {causes}") from invalid
    # A round trip through JSON turns the parser's own dict types into plain ones.
    return cast(dict[str, Any], json.loads(json.dumps(translated, default=str)))


def _keep_local_paths(document: dict[str, Any]) -> None:
    """The translator refuses local folders: they travel through it as keys of a bucket that does not exist."""
    defaults = document.get("Globals", {}).get("Function", {})
    for properties in [defaults, *(_properties(resource) for resource in document.get("Resources", {}).values())]:
        for name in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(name), str) and not properties[name].startswith("s3://"):
                properties[name] = f"s3://{LOCAL_BUCKET}/{Path(properties[name]).as_posix()}"


def _take_out_nested(document: dict[str, Any], path: Path, region: str) -> dict[str, Template]:
    children = {}
    for name, resource in document.get("Resources", {}).items():
        if resource.get("Type") not in ("AWS::Serverless::Application", "AWS::CloudFormation::Stack"):
            continue
        properties = _properties(resource)
        location = properties.pop("Location", None) or properties.pop("TemplateURL", None)
        if not isinstance(location, str) or "://" in location:
            raise InvalidTemplate(f"{path.name}: {name} is not a local template")
        resource["Type"] = "AWS::CloudFormation::Stack"
        properties["TemplateURL"] = location
        children[name] = load(path.parent / location, {}, region)
    return children


def _properties(resource: dict[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], resource.setdefault("Properties", {}))
