"""The tree of errors at the top of `tandem.errors` is the whole of it."""

import inspect
import re

from tandem import errors


def classes() -> dict[str, type[errors.Problem]]:
    return {
        name: value
        for name, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, errors.Problem) and value.__module__ == errors.__name__
    }


def test_the_drawing_names_every_error_with_its_status() -> None:
    drawn = dict(re.findall(r"(\w+)\s+(\d{3})\s", errors.__doc__ or ""))
    named = {name: str(value.status) for name, value in classes().items() if name != "Problem"}
    assert drawn == named


def test_every_error_has_a_code_and_a_sentence() -> None:
    for value in classes().values():
        assert re.fullmatch(r"[A-Z_]+", value.code)
        assert (value.__doc__ or "").endswith(".")


def test_details_belong_to_one_error_alone() -> None:
    given = {"a": 1}
    problem = errors.NotFound("x", details=given)
    problem.details["b"] = 2
    assert given == {"a": 1}
    assert errors.Invalid("x").details == {}
