"""Who takes part in the demo. Real as far as the public source goes: BiSC's nine libraries with their numbers of
branches and service points (biscutrecht.nl, about the Utrecht network). Everything else says that it is demo.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoLibrary:
    """A library of the demo: slug, name, province, and how many locations of each kind it has."""

    slug: str
    name: str
    province: str
    branches: int
    service_points: int = 0
    others: tuple[str, ...] = ()  # kinds of which it has one location each


@dataclass(frozen=True)
class DemoOrganisation:
    """An organisation of the demo."""

    slug: str
    name: str
    colour: str
    provinces: tuple[str, ...]
    tickets: int
    has_seat: bool


ORGANISATIONS = [
    DemoOrganisation("bisc", "BiSC", "#0b6a6a", ("utrecht",), 620, True),
    DemoOrganisation("cubiss", "Cubiss", "#8a3b12", ("noord-brabant", "limburg"), 640, False),
    DemoOrganisation("probiblio", "Probiblio", "#5b2a86", ("noord-holland", "zuid-holland"), 680, True),
    DemoOrganisation("rijnbrink", "Rijnbrink", "#1f5fa8", ("gelderland", "overijssel"), 560, True),
]

UTRECHT = [
    DemoLibrary("angstel-vecht-en-venen", "Angstel, Vecht en Venen", "utrecht", 9, 1),
    DemoLibrary("eemland", "Eemland", "utrecht", 7, 3),
    DemoLibrary("het-groene-hart", "Het Groene Hart", "utrecht", 1, 4),
    DemoLibrary("idea", "RegioCultuurCentrum Idea", "utrecht", 6),
    DemoLibrary("lek-en-ijssel", "Lek & IJssel", "utrecht", 8, 4),
    DemoLibrary("de-tweede-verdieping", "De Tweede Verdieping", "utrecht", 1, 4),
    DemoLibrary("utrecht", "Utrecht", "utrecht", 13),
    DemoLibrary("veenendaal", "Veenendaal", "utrecht", 1),
    DemoLibrary("z-o-u-t", "Z-O-U-T", "utrecht", 11, 1),
]

# How many demo libraries per province, so that all together come near the real number.
PROVINCES = [
    ("cubiss", "noord-brabant", "Noord-Brabant", 15),
    ("cubiss", "limburg", "Limburg", 10),
    ("probiblio", "noord-holland", "Noord-Holland", 13),
    ("probiblio", "zuid-holland", "Zuid-Holland", 18),
    ("rijnbrink", "gelderland", "Gelderland", 14),
    ("rijnbrink", "overijssel", "Overijssel", 11),
]

# slug, name, organisations
PLATFORMS = [
    ("midden-zuid", "Midden-Zuid", ("bisc", "cubiss")),
    ("probiblio-1", "Probiblio 1 (demo)", ("probiblio",)),
    ("probiblio-2", "Probiblio 2 (demo)", ("probiblio",)),
    ("rijnbrink-1", "Rijnbrink 1 (demo)", ("rijnbrink",)),
    ("rijnbrink-2", "Rijnbrink 2 (demo)", ("rijnbrink",)),
]
PLATFORM_OF_PROVINCE = {
    "utrecht": "midden-zuid",
    "noord-brabant": "midden-zuid",
    "limburg": "midden-zuid",
    "noord-holland": "probiblio-1",
    "zuid-holland": "probiblio-2",
    "gelderland": "rijnbrink-1",
    "overijssel": "rijnbrink-2",
}


def libraries_of(slug: str) -> list[DemoLibrary]:
    """Return the demo libraries of an organisation, always the same."""
    if slug == "bisc":
        return UTRECHT
    found = []
    for organisation, province, label, count in PROVINCES:
        if organisation != slug:
            continue
        for index in range(1, count + 1):
            branches, points = 4 + index * 7 % 9, index * 5 % 4
            others = ("bus_stop", "school", "self_service") if index == 1 else ()
            name = f"{slug}-{province}-{index:02d}"
            found.append(DemoLibrary(name, f"{label} {index:02d} (demo)", province, branches, points, others))
    return found
