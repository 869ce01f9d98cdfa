"""If-None-Match and what stands beside an answer that clients keep."""

import pytest

from tandem.entry.answer import Answer
from tandem.entry.caching import cached

ANSWER = Answer('{"metrics":{}}', "application/json")
TAG = str((cached(ANSWER, {}, 60).headers or {})["ETag"])


def test_an_answer_tells_how_long_it_may_be_kept_and_by_whom() -> None:
    answer = cached(ANSWER, {}, 300)
    assert (answer.status, answer.body) == (200, ANSWER.body)
    assert answer.headers == {
        "Cache-Control": "public, max-age=300",
        "CDN-Cache-Control": "no-store",
        "ETag": TAG,
        "Vary": "Authorization, X-API-Key, Cookie, X-Organization-Id",
    }


def test_the_tag_is_strong_and_the_contents_own() -> None:
    other = (cached(Answer('{"metrics":{"n":1}}'), {}, 60).headers or {})["ETag"]
    assert TAG.startswith('"')
    assert TAG.endswith('"')
    assert len(TAG) == 34
    assert other != TAG
    assert (cached(Answer(b'{"metrics":{}}'), {}, 60).headers or {})["ETag"] == TAG


@pytest.mark.parametrize(
    "asked", ["{}", "W/{}", "*", " * ", '"x", {}', 'W/"x",W/{}', '"a,b", {}', '"",{}', "  {}  ", '{}, "y"']
)
def test_who_has_the_same_answer_is_told_so_without_a_body(asked: str) -> None:
    answer = cached(ANSWER, {"if-none-match": asked.format(TAG)}, 60)
    assert (answer.status, answer.body) == (304, "")
    assert answer.headers == cached(ANSWER, {}, 60).headers


@pytest.mark.parametrize("asked", ["", '""', '"x"', "x", '"*"', TAG.strip('"'), TAG.upper(), f"'{TAG[1:-1]}'", "W/*"])
def test_who_has_another_is_given_this_one(asked: str) -> None:
    assert cached(ANSWER, {"if-none-match": asked}, 60).status == 200
