"""No header moves us to another address: every decision is taken on the path that the addresses are matched with."""

import pytest
from django.conf import settings

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(params=["", None], ids=["as it runs", "if Django believed the header"])
def believing(request, settings):
    settings.FORCE_SCRIPT_NAME = request.param
    return request.param is None


def test_nobody_is_told_that_we_are_elsewhere():
    assert settings.FORCE_SCRIPT_NAME == ""


@pytest.mark.parametrize("script_name", ["/account", "/api", "/static"])
@pytest.mark.parametrize("path", ["/tickets/", "/people/", "/me/tokens/", "/"])
def test_the_door_is_not_passed(client_of, script_name, path, believing):
    answer = client_of(None).get(path, SCRIPT_NAME=script_name, PATH_INFO=path)
    assert (answer.status_code, "/account/login/" in answer["Location"]) == (302, True)
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/people/", "/settings/", "/me/tokens/"])
def test_a_token_opens_no_page(api_of, path, believing):
    api = api_of("bisc lead")
    answer = api.client.get(
        path,
        SCRIPT_NAME="/api",
        PATH_INFO=path,
        headers={"host": api.host, "authorization": f"Bearer {api.token}"},
    )
    assert (answer.status_code, "API-Version" in answer) == (302, False)


def test_the_api_is_the_api_under_any_name(api_of, believing):
    api = api_of("bisc lead")
    answer = api.client.get(
        "/api/v1/tickets", SCRIPT_NAME="/account", PATH_INFO="/api/v1/tickets", headers={"host": api.host}
    )
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert "API-Version" in answer


def test_a_stranger_is_told_where_to_go_and_no_more(client_of, believing):
    client = client_of("stranger")
    statuses = [client.get(path, SCRIPT_NAME="/account", PATH_INFO=path).status_code for path in ("/", "/tickets/")]
    assert statuses == [403, 404]


def test_health_answers(client_of, believing):
    answer = client_of(None).get("/healthz", SCRIPT_NAME="/account", PATH_INFO="/healthz")
    assert answer["Content-Type"] == "application/json"


def test_too_long_is_refused_on_a_page(client_of, believing):
    answer = client_of("bisc desk").post(
        "/me/tokens/", b"", FORM, SCRIPT_NAME="/api", PATH_INFO="/me/tokens/", CONTENT_LENGTH=str(3 * 1024 * 1024)
    )
    assert answer.status_code == 413
