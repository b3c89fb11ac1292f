"""The one router of the desk's API: several rooms answer at one address, each with its own method."""

from tenants.web.shapes import router_of

router = router_of("tickets")
