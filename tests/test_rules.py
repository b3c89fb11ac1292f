"""The rules for the description, docs/api/rules.yaml: each is broken once, and Spectral names it."""

import copy
import json
import os
import subprocess

import pytest

from tests.contract import committed
from tests.running import ROOT

SPECTRAL = ROOT / "node_modules" / ".bin" / "spectral"
TICKETS, ONE = "/tickets", "/tickets/{number}"


def _get(document, address=TICKETS, method="get"):
    return document["paths"][address][method]


def _schema(document, name):
    return document["components"]["schemas"][name]


def _move(document, old, new):
    document["paths"][new] = document["paths"].pop(old)


# What is done to the description of the desk -> the rules that must say so.
BROKEN = {
    "doc-openapi": lambda d: d.update(openapi="3.1"),
    "doc-openapi-contact": lambda d: d["info"]["contact"].pop("email"),
    "info-contact": lambda d: d["info"].pop("contact"),
    "publish-openapi": lambda d: d["paths"]["/openapi.json"].update(
        post=copy.deepcopy(_get(d, TICKETS, "post")) | {"operationId": "postDescription"}
    ),
    "publish-openapi ": lambda d: _get(d, "/openapi.json").pop("security"),
    "transport-cors": lambda d: _get(d)["responses"]["200"]["headers"].update(
        {"Access-Control-Allow-Origin": {"schema": {"type": "string"}}}
    ),
    "stateless": lambda d: _get(d).update(security=[]),
    "semver": lambda d: d["info"].update(version="1.0"),
    "uri-version": lambda d: d.update(servers=[{"url": "https://bisc.samenbeheer.example/api"}]),
    "uri-version ": lambda d: d.update(servers=[{"url": "http://bisc.samenbeheer.example/api/v1"}]),
    "version-header": lambda d: _get(d)["responses"]["200"]["headers"].pop("API-Version"),
    "version-header ": lambda d: d["components"]["responses"]["400"]["headers"].pop("API-Version"),
    "path-segments-kebab-case": lambda d: _move(d, "/libraries", "/theLibraries"),
    "query-keys-camel-case": lambda d: _get(d)["parameters"][0].update(name="opened_at"),
    "fields-camel-case": lambda d: _schema(d, "NamedOut")["properties"].update(sort_name={"type": "string"}),
    "schemas-pascal-case": lambda d: d["components"]["schemas"].update(
        {"named_out": _schema(d, "NamedOut"), "NamedOut": {"$ref": "#/components/schemas/named_out"}}
    ),
    "http-methods": lambda d: d["paths"][TICKETS].update(options=copy.deepcopy(_get(d)) | {"operationId": "options"}),
    "http-safety": lambda d: _get(d, TICKETS, "post").update(parameters=[]),
    "date-time-format": lambda d: _schema(d, "TicketRowOut")["properties"].update(openedAt={"type": "string"}),
    "error-handling-problem-details": lambda d: _schema(d, "Refusal")["required"].remove("detail"),
    "error-handling-invalid-input": lambda d: _get(d)["responses"].pop("400"),
    "error-handling-invalid-input ": lambda d: _get(d)["responses"].update(
        {"422": {"$ref": "#/components/responses/400"}}
    ),
    "error-handling-all-errors": lambda d: _schema(d, "InvalidRefusal")["required"].remove("errors"),
    "refusals-described": lambda d: _get(d)["responses"].pop("429"),
    "refusals-described-of-one": lambda d: _get(d, ONE)["responses"].pop("404"),
    "refusals-described-of-bodies": lambda d: _get(d, TICKETS, "post")["responses"].pop("415"),
    "return-objects ": lambda d: _schema(d, "LibrariesOut").pop("type"),
    "return-objects": lambda d: _get(d, "/libraries")["responses"]["200"]["content"]["application/json"].update(
        schema={"type": "array", "items": {"$ref": "#/components/schemas/LibrariesOut"}}
    ),
    "nothing-unknown": lambda d: _schema(d, "TicketIn").pop("additionalProperties"),
    "operation-tags": lambda d: _get(d).pop("tags"),
    "operation-description": lambda d: _get(d).pop("description"),
    "operation-operationId-unique": lambda d: _get(d).update(operationId="getTicket"),
    "oas3-unused-component": lambda d: d["components"]["schemas"].update({"Nobody": {"type": "object"}}),
}
# What OpenAPI itself says of it besides.
ALSO = {"doc-openapi": {"oas3-schema"}}


@pytest.mark.servers  # one process of Node, a few seconds
def test_each_rule_says_so_when_it_is_broken(tmp_path):
    files = {"whole": tmp_path / "whole.json"}
    files["whole"].write_text(json.dumps(committed("desk")))
    for number, (rule, spoil) in enumerate(BROKEN.items()):
        document = copy.deepcopy(committed("desk"))
        spoil(document)
        files[rule] = tmp_path / f"{number}.json"
        files[rule].write_text(json.dumps(document))
    done = subprocess.run(
        [SPECTRAL, "lint", "-r", ROOT / "docs" / "api" / "rules.yaml", "-f", "json", *files.values()],
        env={**os.environ, "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    found: dict[str, set[str]] = {name: set() for name in files}
    names = {str(path): name for name, path in files.items()}
    for one in json.loads(done.stdout):
        found[names[one["source"]]].add(one["code"])
    assert found == {"whole": set(), **{rule: {rule.strip()} | ALSO.get(rule, set()) for rule in BROKEN}}
