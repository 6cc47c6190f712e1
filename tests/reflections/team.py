"""The people of these tests: Alice owns Harbor, Bora edits, Vic looks on, Mallory is elsewhere."""

from django.test import Client

from retro.incidents.models import Incident
from tests import make

HTMX = {"HTTP_HX_REQUEST": "true"}


def harbor() -> Incident:
    """Return an incident of Harbor's. Elsewhere has one with the same number."""
    team = make.team()
    alice = make.member(team, "Alice", "owner")
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    elsewhere = make.team("Elsewhere")
    make.incident(elsewhere, make.member(elsewhere, "Mallory", "owner"), "Theirs")
    return make.incident(team, alice)


def person(name: str) -> make.User:
    return make.User.objects.get(name=name)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(person(name), "allauth.account.auth_backends.AuthenticationBackend")
    return client
