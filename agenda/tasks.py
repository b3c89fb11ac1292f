"""Background work of what the organisations hold in common, room by room."""

from agenda.figures.tasks import keep_figures

__all__ = ["keep_figures"]
