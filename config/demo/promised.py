"""When the demo's organisations work, what they promise, and with whom they have contracts."""

from config.demo.agreements import load_agreements
from config.demo.contracts import make_contracts
from config.demo.hours import confirm_hours


def load_promised(slug: str) -> None:
    """Let the lead of the organisation entered keep its hours, agreements and contracts."""
    confirm_hours(slug)
    load_agreements(slug)
    make_contracts(slug)
