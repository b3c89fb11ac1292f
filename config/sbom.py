"""The bill of materials: what an installation contains, from the locks, as CycloneDX. `make sbom` writes it.

Nothing is asked of a network. What is only for the tests or for another system than this one is left out.
"""

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
OURS = "samenbeheer"
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VIA = re.compile(r"# +(?:via )?([A-Za-z0-9._-]+)(?: \(pyproject\.toml\))?$")
SPDX = {"MIT License": "MIT"}  # the other names that packages give stand for several licences
PART = "node_modules/"


def bill(root: Path = ROOT) -> str:
    """Return the bill of the checkout in `root` as CycloneDX JSON. Raises ValueError for an invalid one."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    ours = Component(
        name=OURS,
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=OURS,
        description=project["description"],
    )
    bom = Bom()
    bom.metadata.component = ours
    bom.metadata.tools.components.add(_tool("cyclonedx-python-lib"))
    _add_python(bom, (root / "requirements" / "base.txt").read_text())
    _add_npm(bom, json.loads((root / "package-lock.json").read_text())["packages"])
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong:
        raise ValueError(f"no valid bill of materials: {wrong}")
    return text


def _tool(name: str) -> Component:
    return Component(name=name, version=metadata.version(name), type=ComponentType.LIBRARY)


def _add_python(bom: Bom, lock: str) -> None:
    """Add what pip installs here by a lock, and who needs what: a lock says `via` whom a part is there."""
    found = {str(part.name): (part, by) for part, by in _python_parts(lock)}
    needs: dict[str, list[Component]] = {}
    for part, by in found.values():
        for one in by:
            needs.setdefault(one, []).append(part)
    for name, (part, _by) in found.items():
        bom.components.add(part)
        bom.register_dependency(part, needs.get(name, []))
    bom.register_dependency(bom.metadata.component, needs.get(OURS, []))


def _python_parts(lock: str) -> Iterator[tuple[Component, set[str]]]:
    """Yield each part that a lock names for this system, and the names of those that need it."""
    for block in re.split(r"(?m)^(?=[A-Za-z0-9])", lock):
        wanted = re.match(r"[^\\\n]+", block)
        if wanted is None:
            continue
        requirement = Requirement(wanted[0])
        if requirement.marker and not requirement.marker.evaluate():
            continue
        version = str(requirement.specifier).removeprefix("==")
        name = canonicalize_name(requirement.name)
        purl = PackageURL("pypi", None, name, version)
        # Each release is several files, one for each system: which of them is installed, pip decides.
        files = ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(str(purl)),
            comment="The files of this release that may be installed, by their SHA-256.",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in HASH.findall(block)],
        )
        part = Component(
            name=name,
            version=version,
            bom_ref=str(purl),
            purl=purl,
            licenses=_licences_of(name, version),
            external_references=[files],
        )
        lines = (line.strip() for line in block.splitlines())
        yield part, {canonicalize_name(by[1]) for line in lines if (by := VIA.match(line)) and by[1] != "via"}


def _licences_of(name: str, version: str) -> list[License]:
    """Return the licences that a package of this very version states, where it is installed; else none."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if said["Version"] != version:
        return []
    stated = said["License-Expression"] or said["License"] or ""
    if stated and "\n" not in stated and len(stated) < 100:
        return [LicenseFactory().make_from_string(stated)]
    kinds = [one.split(" :: ") for one in said.get_all("Classifier") or [] if one.startswith("License :: ")]
    names = [SPDX.get(kind[-1], kind[-1]) for kind in kinds if kind[-1] != "OSI Approved"]
    return [LicenseFactory().make_from_string(name) for name in names]


def _add_npm(bom: Bom, packages: dict[str, dict]) -> None:
    """Add what npm installs by its lock without the tools of the tests, and who needs what."""
    parts = {place: _npm_part(place, said) for place, said in packages.items() if place and not said.get("dev")}
    for place, part in parts.items():
        bom.components.add(part)
        bom.register_dependency(part, _npm_needs(place, packages[place], parts))
    bom.register_dependency(bom.metadata.component, _npm_needs("", packages[""], parts))


def _npm_part(place: str, said: dict) -> Component:
    whole = place.rpartition(PART)[2]
    group, _slash, name = whole.rpartition("/")
    purl = PackageURL("npm", group or None, name, said["version"])
    kind, _dash, digest = said["integrity"].partition("-")
    return Component(
        name=name,
        group=group or None,
        version=said["version"],
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseFactory().make_from_string(said["license"])] if said.get("license") else [],
        hashes=[HashType(alg=HashAlgorithm(f"SHA-{kind.removeprefix('sha')}"), content=base64.b64decode(digest).hex())],
    )


def _npm_needs(place: str, said: dict, parts: dict[str, Component]) -> Iterable[Component]:
    """Return the parts that the package at `place` finds: beside itself first, then ever further up."""
    for name in [*said.get("dependencies", {}), *said.get("peerDependencies", {})]:
        above = place
        while f"{above}/{PART}{name}".lstrip("/") not in parts and above:
            above = above.rpartition(PART)[0].rstrip("/")
        found = parts.get(f"{above}/{PART}{name}".lstrip("/"))
        if found is not None:
            yield found


def main(out: str) -> None:
    """Write the bill to `out`, and say how long it is."""
    text = bill()
    goal = Path(out)
    goal.parent.mkdir(parents=True, exist_ok=True)
    goal.write_text(text + "\n")
    print(f"Wrote {out}: {len(json.loads(text)['components'])} packages")


if __name__ == "__main__":
    main(*sys.argv[1:])
