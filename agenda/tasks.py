"""Background work of what the organisations hold in common, room by room."""

from agenda.steering.tasks import prepare_steering

__all__ = ["prepare_steering"]
