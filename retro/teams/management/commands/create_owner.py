"""Make an owner with a team from the command line."""

import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from retro.teams.models import Membership, Role, Team, User, check_time_zone


class Command(BaseCommand):
    help = (
        "Make an owner with a team. The password is asked for, or read from RETRO_OWNER_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--team", required=True)
        parser.add_argument("--language", default="en", choices=["en", "ko"])
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument(
            "--remove-sample", action="store_true", help="take the sample's sign-in away"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("RETRO_OWNER_PASSWORD") or getpass.getpass("Password: ")
        user = User(email=options["email"].lower(), name=options["name"])
        try:
            validate_email(user.email)
            check_time_zone(options["time_zone"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if User.objects.filter(email__iexact=user.email).exists():
            raise CommandError(f"{user.email} has an account already.")
        with transaction.atomic():
            where = {"language": options["language"], "time_zone": options["time_zone"]}
            team = Team.objects.create(name=options["team"], **where)
            owner = User.objects.create_user(user.email, password, name=user.name, **where)
            Membership.objects.create(user=owner, team=team, role=Role.OWNER)
            if options["remove_sample"]:
                User.objects.filter(is_sample=True).delete()
        self.stdout.write(f"{owner.email} owns {team.name} now.")
