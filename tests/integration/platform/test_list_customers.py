"""GET /api/v1/customers."""

from urllib.parse import quote

import pytest

from tests.integration.conftest import Client
from tests.integration.platform.people import make_customer


@pytest.fixture
def names(demo: Client) -> dict[str, str]:
    """Names of customers by id."""
    made = {
        "ada": make_customer(
            demo,
            {"tags": ["vip", "lagos"], "tier": "gold"},
            firstName="Adaeze",
            lastName="Obi-Nwosu",
            email="Ada.Obi@Example.com",
            phone="+2348012345678",
            company="Zenith #1 & Söhne",
        ),
        "bob": make_customer(
            demo, {"tags": ["vip"], "status": "inactive"}, firstName="Bob", lastName="Obasi", phone="+2348099999999"
        ),
        "cleo": make_customer(
            demo, {"tags": ["vip#1"], "tier": "gold"}, company="Zenith Bank", email="cleo@zenith.example"
        ),
    }
    return {customer["_id"]: name for name, customer in made.items()}


def listed(demo: Client, names: dict[str, str], query: str) -> list[str]:
    response = demo("GET", f"/api/v1/customers?{query}")
    assert response.status == 200, response.text
    found = [names[customer["_id"]] for customer in response.json()["data"]]
    assert response.json()["pagination"]["total"] == len(found)
    return found


SEARCHES = {
    "ada": ["ada"],
    "ADAE": ["ada"],
    "daeze": [],
    "obi": ["ada"],
    "ob": ["bob", "ada"],
    "nwosu obi": ["ada"],
    "obi bob": [],
    "sohne": ["ada"],
    "Söhne": ["ada"],
    "zenith": ["cleo", "ada"],
    "zenith, ban": ["cleo"],
    "zenith #1": ["ada"],
    "1": ["ada"],
    "ada.obi@example.com": ["ada"],
    "ada.obi@": ["ada"],
    "ada@": [],
    "cleo@example.com": [],
    "example": ["cleo", "ada"],
    "+234": ["bob", "ada"],
    "+234 (801) 234-5678": ["ada"],
    "2348012": ["ada"],
    "234": ["bob", "ada"],
    "8012345678": [],
    "founder": [],
    "vip": [],
    "%": [],
    "word=ada": [],
    "#": [],
    "~": [],
    "--": [],
    "🙂": [],
}


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_finds_by_the_beginnings_of_words(search: str, demo: Client, names: dict[str, str]) -> None:
    assert listed(demo, names, f"search={quote(search)}") == SEARCHES[search]


FILTERS = {
    "": ["cleo", "bob", "ada"],
    "status=active": ["cleo", "ada"],
    "status=inactive": ["bob"],
    "status=archived": [],
    "tier=gold": ["cleo", "ada"],
    "tier=gold&status=inactive": [],
    "tier=bronze&status=inactive": ["bob"],
    "tags=vip": ["bob", "ada"],
    "tags=vip&tags=lagos": ["ada"],
    "tags=vip,lagos": ["ada"],
    "tags[]=vip&tags[]=lagos": ["ada"],
    "tags=vip&tags[]=lagos": ["ada"],
    "tags=vi": [],
    "tags=VIP": [],
    "tags=vip%231": ["cleo"],
    "tags=vip&tier=gold&status=active&search=obi": ["ada"],
    "tags=vip&tier=gold&status=active&search=bob": [],
    "search=ob&status=inactive": ["bob"],
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_are_combined(query: str, demo: Client, names: dict[str, str]) -> None:
    assert listed(demo, names, query) == FILTERS[query]


@pytest.mark.parametrize("query", ["", "status=active", "search=c", "tags=x"])
def test_the_pages_of_a_list_are_the_list(query: str, demo: Client) -> None:
    made = [make_customer(demo, {"tags": ["x"]}, company=f"C{number}")["_id"] for number in range(7)]
    seen = []
    for page in (1, 2, 3, 4):
        answer = demo("GET", f"/api/v1/customers?page={page}&limit=3&{query}").json()
        assert answer["pagination"] == {"total": 7, "page": page, "limit": 3, "totalPages": 3}
        seen += [customer["_id"] for customer in answer["data"]]
    assert seen == made[::-1]


def test_a_list_has_nothing_of_another_workspace(demo: Client, other: Client, names: dict[str, str]) -> None:
    assert names
    for query in ("", "search=ada", "status=active", "tags=vip"):
        answer = other("GET", f"/api/v1/customers?{query}").json()
        assert answer == {
            "success": True,
            "data": [],
            "pagination": {"total": 0, "page": 1, "limit": 20, "totalPages": 0},
        }


def test_the_first_page_does_not_read_what_is_behind_it(demo: Client) -> None:
    for number in range(30):
        make_customer(demo, company=f"C{number}")
    with demo.stack.count_requests() as counted:
        demo("GET", "/api/v1/customers?limit=5&status=active")
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:Query": 1, "dynamodb:BatchGetItem": 2}


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "limit=101", "limit=0", "search=", "search=" + "x" * 101, "tier=iron", "tier=", "status=gone",
     "tags=", "tags=a,,b", "tags=" + "x" * 51, "tags=%00", "tags=" + ",".join("abcdefghijklmnopqrstuvwxyz")],
    ids=lambda query: query[:20],
)  # fmt: skip
def test_a_bad_query_is_refused_by_name(query: str, demo: Client) -> None:
    response = demo("GET", f"/api/v1/customers?{query}")
    assert response.status == 422
    fields = [place["field"] for place in response.json()["error"]["details"]["fields"]]
    assert fields == [query.partition("=")[0]]
