"""The API against its own description: schemathesis makes the requests, nothing may be an error of ours,
and every status, header and shape is one that is described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOMAIN = "samenbeheer.localhost"
QUICK = hypothesis_settings(
    max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def _schema(running, host: str, email: str):
    arguments = ["create_token", email, *(["--organisation", host] if host else [])]
    name = f"{host}.{DOMAIN}" if host else DOMAIN
    headers = {"Host": f"{name}:{running.port}", "Authorization": f"Bearer {running.command(*arguments)}"}
    address = f"http://127.0.0.1:{running.port}/api/v1/openapi.json"
    found = schemathesis.openapi.from_url(address, headers=headers)
    found.config.update(headers=headers, base_url=f"http://127.0.0.1:{running.port}/api/v1")
    return found


@pytest.fixture(scope="module")
def desk_schema(running):
    return _schema(running, "bisc", "desk@bisc.example")


@pytest.fixture(scope="module")
def library_schema(running):
    return _schema(running, "bisc", "balie@eemland.example")


@pytest.fixture(scope="module")
def common_schema(running):
    return _schema(running, "", "kwartiermaker@samenbeheer.example")


def _check(case) -> None:
    response = case.call()
    case.validate_response(response, checks=CHECKS)
    assert response.headers["api-version"] == ["1.6.0"]
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"]


def _attack(schema) -> set[str]:
    """Try every operation of a description (schemathesis leaves out that of the description itself); return which."""
    tried = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        QUICK(given(case=operation.as_strategy())(_check))()
        tried.add(operation.label)
    return tried


def test_desk(desk_schema):
    tried = _attack(desk_schema)
    assert {"POST /tickets", "PATCH /tickets/{number}", "GET /me"} <= tried
    assert len(tried) == 17


def test_library(library_schema):
    assert len(_attack(library_schema)) == 17


def test_common(common_schema):
    assert len(_attack(common_schema)) == 4
