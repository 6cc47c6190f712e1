"""Load the two sample retros into an empty installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retro.portability.load import load_samples
from retro.teams.models import User
from retro.teams.sample import EMAIL, PASSWORD


class Command(BaseCommand):
    help = "Load one sample retro in English and one in Korean, with a sign-in, when there is nobody yet."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError(
                "There are people here already; the sample is for an empty database."
            )
        load_samples(EMAIL, PASSWORD)
        if options["verbosity"]:
            self.stdout.write("The sample retros are in.")
