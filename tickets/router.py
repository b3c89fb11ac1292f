"""The one router of the desk's API: several rooms answer at one address, each with its own method."""

from ninja import Router

router = Router()
