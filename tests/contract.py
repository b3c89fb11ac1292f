"""Every answer of the API that a test sees is held against the committed description: status, headers, shape."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "api"


@cache
def committed(name: str) -> dict[str, Any]:
    """Return docs/api/`name`.json."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for template, methods in document["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template.replace(".", r"\."))
        if re.fullmatch(pattern, path) and method.lower() in methods:
            return methods[method.lower()]
    return None


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def hold(host: str, method: str, path: str, response) -> None:
    """Assert that `response` is one that the description of the API on `host` allows for `method` and `path`."""
    document = committed("cooperation" if host == settings.DOMAIN else "desk")
    assert response.headers["API-Version"] == document["info"]["version"]
    operation = _operation(document, method, unquote(path.partition("?")[0]))
    if operation is None:
        assert response.status_code in {401, 403, 404, 405, 413, 415, 429}, (method, path)
        return
    assert str(response.status_code) in operation["responses"], (method, path, response.status_code)
    described = _resolved(document, operation["responses"][str(response.status_code)])
    needed = {name for name, one in described["headers"].items() if _resolved(document, one).get("required")}
    assert needed <= set(response.headers), (method, path, response.headers)
    sent = response.headers["Content-Type"].partition(";")[0]
    if "*/*" in described["content"]:
        return
    schema = described["content"][sent]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(response.json())
