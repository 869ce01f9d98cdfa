"""Turns a SAM template, with its nested templates, into plain CloudFormation without a network."""

import hashlib
import json
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

LOCAL_BUCKET = "local"
NESTED = ("AWS::Serverless::Application", "AWS::CloudFormation::Stack")


class InvalidTemplate(Exception):
    """The template cannot be transformed; the message is the translator's."""


@dataclass
class Template:
    """A transformed template and the templates nested in it, by logical id."""

    path: Path
    body: dict[str, Any]
    children: dict[str, "Template"] = field(default_factory=dict)


def load(path: Path, parameters: dict[str, str], region: str, cache: Path | None = None) -> Template:
    """Read and transform `path` and every template it nests.

    Parameters only fill what SAM itself must know. `cache` is a folder that keeps results: importing the translator
    takes longer than everything it does.
    """
    if not path.is_file():
        raise InvalidTemplate(f"There is no template at {path}")
    text = path.read_text()
    body, locations = _transformed(text, path, parameters, region, cache)
    children = {name: load(path.parent / location, {}, region, cache) for name, location in locations.items()}
    return Template(path, body, children)


def _transformed(
    text: str, path: Path, parameters: dict[str, str], region: str, cache: Path | None
) -> tuple[dict[str, Any], dict[str, str]]:
    facts = json.dumps([text, parameters, region, version("aws-sam-translator"), Path(__file__).read_text()])
    kept = cache / f"{hashlib.sha256(facts.encode()).hexdigest()[:32]}.json" if cache else None
    if kept is not None and kept.is_file():
        body, locations = json.loads(kept.read_text())
        return body, locations
    body, locations = _transform(text, path, parameters, region)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(f".{hashlib.sha256(str(id(body)).encode()).hexdigest()[:8]}")
        temporary.write_text(json.dumps([body, locations]))
        temporary.replace(kept)
    return body, locations


def _transform(text: str, path: Path, parameters: dict[str, str], region: str) -> tuple[dict[str, Any], dict[str, str]]:
    # Imported here: slow, and not needed for what is cached.
    from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

    document = cast(dict[str, Any], yaml_parse(text))
    _keep_local_paths(document)
    locations = _take_out_nested(document, path)
    return _translate(document, parameters, region, path), locations


def _translate(document: dict[str, Any], parameters: dict[str, str], region: str, path: Path) -> dict[str, Any]:
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException  # type: ignore[import-untyped]
    from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
    from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

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
    finally:
        # To nowhere; unpublished, the translator's own metrics complain on standard error when the process ends.
        translator.metrics.publish()
    # A round trip through JSON turns the parser's own dict types into plain ones.
    return cast(dict[str, Any], json.loads(json.dumps(translated, default=str)))


def _keep_local_paths(document: dict[str, Any]) -> None:
    """The translator refuses local folders: they travel through it as keys of a bucket that does not exist."""
    defaults = document.get("Globals", {}).get("Function", {})
    for properties in [defaults, *(_properties(resource) for resource in document.get("Resources", {}).values())]:
        for name in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(name), str) and not properties[name].startswith("s3://"):
                properties[name] = f"s3://{LOCAL_BUCKET}/{Path(properties[name]).as_posix()}"


def _take_out_nested(document: dict[str, Any], path: Path) -> dict[str, str]:
    """Nested templates are transformed by themselves; SAM would only copy their location."""
    locations = {}
    for name, resource in document.get("Resources", {}).items():
        if resource.get("Type") not in NESTED:
            continue
        properties = _properties(resource)
        location = properties.pop("Location", None) or properties.pop("TemplateURL", None)
        if not isinstance(location, str) or "://" in location:
            raise InvalidTemplate(f"{path.name}: {name} is not a local template")
        resource["Type"] = "AWS::CloudFormation::Stack"
        properties["TemplateURL"] = location
        locations[name] = location
    return locations


def _properties(resource: dict[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], resource.setdefault("Properties", {}))
