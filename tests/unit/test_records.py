"""Records are the dataclasses that they look like, written late."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, field, fields, replace

import pytest

from tandem.records import record


@record
class Point:
    x: int
    y: int = 0
    names: list[str] = field(default_factory=list, compare=False)


@record
class Named(Point):
    name: str = ""

    def __post_init__(self) -> None:
        if self.name == "nobody":
            raise ValueError(self.name)


def test_an_instance_is_that_of_a_frozen_dataclass() -> None:
    point = Point(1)
    assert (point.x, point.y, point.names) == (1, 0, [])
    assert point == Point(1, names=["a"]) != Point(2)
    assert hash(point) == hash(Point(1))
    assert repr(point) == "Point(x=1, y=0, names=[])"
    assert asdict(replace(point, y=3)) == {"x": 1, "y": 3, "names": []}
    assert point.names is not Point(1).names
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]


def test_one_that_extends_another_has_its_fields_first() -> None:
    named = Named(1, name="here")
    assert [one.name for one in fields(named)] == ["x", "y", "names", "name"]
    assert (named == Point(1), isinstance(named, Point)) == (False, True)
    with pytest.raises(ValueError, match="nobody"):
        Named(1, name="nobody")
    match named:
        case Named(x, _, _, name):
            assert (x, name) == (1, "here")


def test_many_who_make_the_first_at_once_all_get_one() -> None:
    for _ in range(200):

        @record
        class Fresh:
            x: int
            y: str = "y"

        together = threading.Barrier(4)

        def make(x: int, made: type[Fresh] = Fresh, barrier: threading.Barrier = together) -> Fresh:
            barrier.wait()
            return made(x)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(make, range(4))) == [Fresh(x) for x in range(4)]
