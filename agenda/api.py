"""The API of the common host: a router per room."""

from agenda.categories.api import router as categories
from agenda.figures.api import router as figures
from agenda.work.api import router as work

__all__ = ["routers"]
routers = (work, figures, categories)
