"""People over HTTP: the owner that `make run` made, whom they invite, and a workspace made by an operator."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from tests.e2e.conftest import ROOT, Site

PASSWORD = "A new Password 3"


def log_in(site: Site, **credentials: str) -> requests.Response:
    """Try to log in."""
    return requests.post(f"{site.base_url}/api/auth/login", json=credentials, timeout=30)


def come(site: Site, email: str) -> dict[str, Any]:
    """Log in with the temporary password of an invitation, and choose another; what the last answer says."""
    letters = site.control("invitations", method="GET")["invitations"]
    asked = log_in(site, email=email, password=letters[email])
    assert (asked.status_code, asked.json()["code"]) == (403, "PASSWORD_CHANGE_REQUIRED")
    session = asked.json()["error"]["details"]["session"]
    answer = log_in(site, email=email, newPassword=PASSWORD, session=session)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def ask(site: Site, session: dict[str, Any], method: str, path: str, **content: Any) -> requests.Response:
    """A request with a person's access token."""
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    return requests.request(method, site.base_url + path, headers=headers, timeout=30, **content)


def test_the_owner_that_the_description_names_logs_in_and_invites_somebody_who_comes(local: Site) -> None:
    workspace = local.local["workspaces"][0]
    owner = log_in(local, **workspace["owner"]).json()["data"]
    assert [one["id"] for one in owner["organizations"]] == [workspace["tenant_id"]]
    invited = ask(local, owner, "POST", "/api/v1/users/invite", json={"email": "grace@demo.example"})
    assert invited.status_code == 201, invited.text
    grace = come(local, "grace@demo.example")
    me = ask(local, grace, "GET", "/api/auth/me").json()["data"]
    assert (me["user"]["id"], me["organization"]["role"]) == (invited.json()["data"]["id"], "member")
    assert ask(local, grace, "GET", "/api/telephony/calls/history").status_code == 200
    renewed = requests.post(
        f"{local.base_url}/api/auth/refresh", json={"refreshToken": grace["refreshToken"]}, timeout=30
    ).json()["data"]
    assert ask(local, renewed, "POST", "/api/auth/logout").status_code == 200
    assert ask(local, renewed, "GET", "/api/auth/me").status_code == 401
    assert ask(local, grace, "GET", "/api/auth/me").status_code == 401


def test_a_browser_keeps_its_session_in_a_cookie_and_proves_its_writes(local: Site) -> None:
    browser = requests.Session()
    credentials = local.local["workspaces"][1]["owner"]
    data = browser.post(f"{local.base_url}/api/auth/login", json=credentials, timeout=30).json()["data"]
    # The cookie is marked Secure: browsers send it to localhost, this client does not.
    cookie = {"Cookie": "; ".join(f"{one.name}={one.value}" for one in browser.cookies)}
    assert browser.cookies["tandem_csrf"] == data["csrfToken"]
    url = f"{local.base_url}/api/v1/customers"
    body = {"profile": {"firstName": "Ada"}}
    assert requests.get(url, headers=cookie, timeout=30).status_code == 200
    assert requests.post(url, headers=cookie, json=body, timeout=30).status_code == 403
    proven = {**cookie, "X-CSRF-Token": browser.cookies["tandem_csrf"]}
    assert requests.post(url, headers=proven, json=body, timeout=30).status_code == 201


def test_the_operators_command_makes_a_workspace_whose_owner_is_invited(local: Site) -> None:
    made = operate(local, "--name", "Hopper & Co.", "--email", "Hopper@Example.com", "--plan", "professional")
    assert made.returncode == 0, made.stderr
    workspace = json.loads(made.stdout)
    assert workspace["name"] == "Hopper & Co."
    assert workspace["owner"] == {"email": "hopper@example.com", "password": None}
    assert set(workspace["keys"]) == {"live", "test", "agents"}
    hopper = come(local, "hopper@example.com")
    assert hopper["organizations"] == [{"id": workspace["tenant_id"], "name": "Hopper & Co.", "role": "owner"}]
    with_key = Site(local.base_url, workspace["keys"]["live"]).send("GET", "/api/telephony/calls/history")
    assert (with_key.status_code, with_key.headers["X-RateLimit-Limit"]) == (200, "5000")


def test_the_operators_command_refuses_what_is_no_address_and_makes_nothing(local: Site) -> None:
    refused = operate(local, "--name", "Nobody", "--email", "nobody")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "--email" in refused.stderr
    assert "Traceback" not in refused.stderr


def operate(local: Site, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`python -m tandem.admin create-workspace`, against the local stack as against any stage."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.fspath(Path(ROOT) / "layers/shared"),
        "STAGE": "local",
        "TABLE_NAME": local.local["table"],
        "USER_POOL_ID": local.local["user_pool"],
        "AWS_ENDPOINT_URL": local.local["aws_endpoint_url"],
        "AWS_REGION": local.local["region"],
        "AWS_DEFAULT_REGION": local.local["region"],
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": "operator",
    }
    command = [sys.executable, "-m", "tandem.admin", "create-workspace", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
