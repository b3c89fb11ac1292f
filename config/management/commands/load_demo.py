"""Load the demo, once."""

import os

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from config.demo.load import NotInProduction, is_loaded, load

STEPS = 11


class Command(BaseCommand):
    help = "Load the demo: four organisations with libraries, accounts, tickets and the work agenda. Not in production."

    def handle(self, *args, **options):
        if settings.DEMO and is_loaded():
            return
        volume = float(os.environ.get("SAMENBEHEER_DEMO_VOLUME", "1"))
        columns = TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn()
        with Progress(*columns, console=Console(stderr=False)) as progress:
            task = progress.add_task("Demo", total=STEPS)

            def step(text: str) -> None:
                progress.update(task, description=f"Demo: {text}", advance=1)

            try:
                load(step, volume)
            except NotInProduction as error:
                raise CommandError(str(error)) from error
            progress.update(task, description="Demo loaded", completed=STEPS)
