"""CloudFormation's functions, parameters and conditions, resolved or refused: nothing stays half resolved."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PLACEHOLDER = re.compile(r"\$\{([^}!][^}]*)\}")
LITERAL = re.compile(r"\$\{!([^}]*)\}")
CONDITION_FUNCTIONS = ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition")


class Unresolved(Exception):
    """A reference or function that cannot be resolved, with the place it stands in."""


class InvalidParameter(Exception):
    """A template parameter that is missing, unknown or outside its allowed values."""


class _NoValue:
    """What `AWS::NoValue` resolves to: the property that holds it disappears."""


NO_VALUE = _NoValue()


@dataclass(frozen=True)
class Created:
    """A resource that exists: what Ref and GetAtt answer for it."""

    logical_id: str
    type: str
    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Resolver:
    """Resolves one template's values against its parameters and the resources created so far."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, Any], pseudo: Mapping[str, str]) -> None:
        self.template = template
        self.pseudo = pseudo
        self.parameters = read_parameters(template.get("Parameters", {}), parameters)
        self.created: dict[str, Created] = {}
        self._conditions: dict[str, bool] = {}

    def resolve(self, value: Any) -> Any:
        """The value with every function in it applied."""
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name in ("Ref", "Condition") or name.startswith("Fn::"):
                    return self._apply(name, argument)
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        return value

    def condition(self, name: str) -> bool:
        """Whether the named condition of this template holds."""
        if name not in self._conditions:
            conditions = self.template.get("Conditions", {})
            if name not in conditions:
                raise Unresolved(f"There is no condition named {name}")
            self._conditions[name] = bool(self.resolve(conditions[name]))
        return self._conditions[name]

    def _apply(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._ref(argument)
        if name == "Condition":
            # A policy statement's Condition is a mapping; only the text form names a condition.
            return self.condition(argument) if isinstance(argument, str) else {name: self.resolve(argument)}
        function = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
        if function is None:
            raise Unresolved(f"{name} is not supported here: {argument!r}")
        return function(argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        if name in self.created:
            return self.created[name].ref
        raise Unresolved(f"Ref {name}: no such parameter, or no such resource under these conditions")

    def _getatt(self, argument: Any) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        created = self.created.get(name)
        if created is None:
            raise Unresolved(f"GetAtt {name}.{attribute}: no such resource under these conditions")
        if attribute not in created.attributes:
            raise Unresolved(f"GetAtt {name}.{attribute}: a {created.type} has no such attribute here")
        return created.attributes[attribute]

    def _sub(self, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument
        values = {key: self.resolve(item) for key, item in variables.items()}

        def replacement(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name in values:
                return str(values[name])
            return str(self._getatt(name) if "." in name else self._ref(name))

        return LITERAL.sub(r"${\1}", PLACEHOLDER.sub(replacement, text))

    def _join(self, argument: Any) -> str:
        separator, items = argument
        return str(separator).join(str(item) for item in self.resolve(items))

    def _if(self, argument: Any) -> Any:
        name, yes, no = argument
        return self.resolve(yes if self.condition(name) else no)

    def _equals(self, argument: Any) -> bool:
        left, right = map(self.resolve, argument)
        return str(left) == str(right)

    def _and(self, argument: Any) -> bool:
        return all(bool(self.resolve(item)) for item in argument)

    def _or(self, argument: Any) -> bool:
        return any(bool(self.resolve(item)) for item in argument)

    def _not(self, argument: Any) -> bool:
        return not self.resolve(argument[0])

    def _findinmap(self, argument: Any) -> Any:
        keys = [self.resolve(item) for item in argument]
        found: Any = self.template.get("Mappings", {})
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                raise Unresolved(f"FindInMap {keys}: there is no {key}")
            found = found[key]
        return found

    def _select(self, argument: Any) -> Any:
        index, items = int(self.resolve(argument[0])), self.resolve(argument[1])
        if not 0 <= index < len(items):
            raise Unresolved(f"Select {index}: there are {len(items)} items")
        return items[index]

    def _split(self, argument: Any) -> list[str]:
        separator, text = argument
        return str(self.resolve(text)).split(separator)

    def _base64(self, argument: Any) -> str:
        return base64.b64encode(str(self.resolve(argument)).encode()).decode()


def read_parameters(declared: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared parameters with their values; lists are split as CloudFormation does."""
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise InvalidParameter(f"The template has no parameter {', '.join(unknown)}")
    values: dict[str, Any] = {}
    for name, declaration in declared.items():
        value = given.get(name, declaration.get("Default"))
        if value is None:
            raise InvalidParameter(f"Parameter {name} has neither a value nor a default")
        allowed = declaration.get("AllowedValues")
        if allowed is not None and str(value) not in [str(item) for item in allowed]:
            raise InvalidParameter(f"Parameter {name}: {value!r} is not one of {allowed}")
        pattern = declaration.get("AllowedPattern")
        if pattern is not None and not re.fullmatch(pattern, str(value)):
            raise InvalidParameter(f"Parameter {name}: {value!r} does not match {pattern}")
        is_list = declaration.get("Type") in ("CommaDelimitedList", "List<Number>", "List<String>")
        values[name] = [item.strip() for item in str(value).split(",")] if is_list else str(value)
    return values


def references(value: Any) -> Iterator[str]:
    """The logical ids (and parameter names) a value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name, argument in value.items():
            if name == "Ref" and isinstance(argument, str):
                yield argument
            elif name == "Fn::GetAtt":
                yield argument.split(".", 1)[0] if isinstance(argument, str) else argument[0]
            elif name == "Fn::Sub":
                text = argument if isinstance(argument, str) else argument[0]
                yield from (match.split(".", 1)[0].strip() for match in PLACEHOLDER.findall(text))
                yield from references([] if isinstance(argument, str) else argument[1])
            else:
                yield from references(argument)
