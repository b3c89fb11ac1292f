"""Charts as SVG, drawn on the server from a Vega-Lite specification; each has a table beside it."""

import hashlib
import json
import logging
import re

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from agenda.figures.engine import ENGINE, EngineFailed

log = logging.getLogger("samenbeheer.charts")
KEPT = 24 * 3600
FONT = "Atkinson Hyperlegible Next Variable, sans-serif"
INK = "#37424d"


def stacked_bars(rows: list[dict[str, object]], colours: list[str], names: list[str], label: str) -> SafeString:
    """Return bars of `value` per `period`, stacked by `name`; `colours` go with `names`, `label` is read aloud."""
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": label,
        "width": 900,
        "height": 240,
        "background": "transparent",
        "data": {"values": rows},
        "mark": {"type": "bar", "cornerRadiusEnd": 0},
        "encoding": {
            "x": {"field": "period", "type": "ordinal", "sort": None, "axis": {"title": None, "labelAngle": 0}},
            "y": {"field": "value", "type": "quantitative", "axis": {"title": None, "tickCount": 4, "domain": False}},
            "color": {
                "field": "name",
                "type": "nominal",
                "sort": names,
                "scale": {"domain": names, "range": colours},
                "legend": {"title": None, "orient": "top"},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
        "config": {
            "font": FONT,
            "axis": {"labelFontSize": 13, "labelColor": INK, "gridColor": "#e3e8eb", "tickColor": "#e3e8eb"},
            "legend": {"labelFontSize": 13, "labelColor": INK},
            "view": {"stroke": None},
        },
    }
    return _drawn(spec, label)


def _drawn(spec: dict, label: str) -> SafeString:
    text = json.dumps(spec, sort_keys=True)
    language = get_language() or "nl"
    key = f"chart-{language}-{hash_of(text)}"
    svg = cache.get(key)
    if svg is None:
        try:
            svg = ENGINE.draw(text, "en-GB" if language == "en" else "nl-NL")
        except EngineFailed:
            log.exception("no chart; the table beside it says the same")
            return SafeString("")
        svg = re.sub(r' style="[^"]*"', "", svg)
        svg = svg.replace("<svg ", f'<svg role="img" aria-label="{_escaped(label)}" ', 1)
        cache.set(key, svg, KEPT)
    return mark_safe(svg)


def hash_of(text: str) -> str:
    """Return a short name for a specification."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
