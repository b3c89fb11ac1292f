import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.api import common_api, organisation_api
from config.contract import described

EXAMPLE = "samenbeheer.example"
WRITTEN = {
    "desk": (organisation_api, f"bisc.{EXAMPLE}"),
    "cooperation": (common_api, EXAMPLE),
}


def written(name: str) -> dict[str, Any]:
    """Return the description that is committed as docs/api/`name`.json, for an example's host names."""
    api, host = WRITTEN[name]
    return described(
        api,
        address=f"https://{host}/api/v1",
        home=f"https://{EXAMPLE}/",
        email=f"platform@{EXAMPLE}",
    )


class Command(BaseCommand):
    help = "Write the descriptions of the APIs into docs/api."

    def handle(self, *args, **options):
        for name in WRITTEN:
            text = json.dumps(written(name), indent=2, sort_keys=True, ensure_ascii=False)
            (settings.BASE_DIR / "docs" / "api" / f"{name}.json").write_text(text + "\n")
