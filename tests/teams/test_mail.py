"""A mail server that is down tells nobody who has an account."""

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


class Down(EmailBackend):
    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


def test_a_reset_answers_the_same_for_known_and_unknown(settings: object) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Down"  # type: ignore[attr-defined]
    make.member(make.team(), "Alice")
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert [(row.status_code, row["Location"]) for row in answers] == [
        (302, "/accounts/password/reset/done/")
    ] * 2
