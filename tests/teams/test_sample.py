"""The sample's published sign-in stays on this machine, and how it gives way to a real owner."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from retro.teams.models import Membership, Team, User
from retro.teams.sample import EMAIL, PASSWORD, is_loopback, refuse_unless_loopback
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
OWNER = ["--email", "Alice@Example.com", "--name", "Alice", "--team", "Harbor"]


@pytest.fixture
def sample() -> User:
    person = make.user("Sample", email=EMAIL, password=PASSWORD, is_sample=True)
    Membership.objects.create(user=person, team=make.team("Sample team"), role="owner")
    return person


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("[::1]", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("[::]", False),
        ("::", False),
        ("", False),
        ("192.168.0.7", False),
        ("retro.example.org", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("unix:/run/retro.sock", False),
        ("/run/retro.sock", False),
    ],
)
def test_what_counts_as_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0:8000", "[::]:8000", "192.168.0.7:80", ":8000", "unix:/run/retro.sock", "0.0.0.0"],
)
def test_the_sample_is_not_served_to_others(sample: User, address: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        refuse_unless_loopback(["127.0.0.1:8000", address])
    assert "The sample's sign-in is known to everybody, so it is not served on" in str(
        refusal.value
    )
    assert "create_owner" in str(refusal.value), "the sentence says what to do"


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "[::1]:8000", "localhost:8000"])
def test_the_sample_is_served_to_this_machine(sample: User, address: str) -> None:
    refuse_unless_loopback([address])


def test_a_public_address_in_the_settings_is_refused_too(sample: User, settings: Settings) -> None:
    settings.BASE_URL = "https://retro.example.org"
    with pytest.raises(SystemExit, match=r"not served on retro\.example\.org"):
        refuse_unless_loopback(["127.0.0.1:8000"])
    settings.BASE_URL = "http://127.0.0.1:8000"
    refuse_unless_loopback(["127.0.0.1:8000"])


def test_without_the_sample_every_address_is_all_right(settings: Settings) -> None:
    make.member(make.team(), "Alice", "owner")
    settings.BASE_URL = "https://retro.example.org"
    refuse_unless_loopback(["0.0.0.0:8000", "unix:/run/retro.sock"])


@pytest.mark.parametrize(
    ("listen", "base_url"), [("0.0.0.0", ""), ("127.0.0.1", "https://retro.example.org")]
)
def test_the_start_refuses_before_it_says_an_address_or_serves(
    sample: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    listen: str,
    base_url: str,
) -> None:
    # The steps before are the business of test_start.py, on a folder of their own.
    for step in ("call_command", "database.prepare", "os.umask", "os.execv"):
        monkeypatch.setattr(f"retro.teams.management.commands.start.{step}", lambda *_, **__: None)
    monkeypatch.setenv("RETRO_LISTEN", listen)
    settings.BASE_URL = base_url
    with pytest.raises(SystemExit, match="known to everybody"):
        call_command("start")
    assert capsys.readouterr().out == ""


def test_the_sample_signs_in_from_this_machine(sample: User) -> None:
    client = Client()
    hands.sign_in(client, EMAIL, PASSWORD)
    assert hands.is_signed_in(client)


def test_the_sample_does_not_sign_in_from_elsewhere(sample: User) -> None:
    """Whoever put a server of their own before the application, past the check at its start."""
    client = Client(REMOTE_ADDR="192.0.2.7")
    response = client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD}, follow=True)
    assert "The sample's sign-in works on this machine only." in hands.text(response)
    assert not hands.is_signed_in(client)


def test_the_sample_does_not_sign_in_behind_a_proxy(sample: User, settings: Settings) -> None:
    """Every request comes from this machine then."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"x-forwarded-for": "127.0.0.1"})
    response = client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD}, follow=True)
    assert "works on this machine only" in hands.text(response)
    assert not hands.is_signed_in(client)


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRO_OWNER_PASSWORD", make.PASSWORD)


def test_create_owner_makes_an_owner_who_can_sign_in(
    password: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_owner", *OWNER, "--language", "ko", "--time-zone", "Asia/Seoul")
    assert "alice@example.com owns Harbor now." in capsys.readouterr().out
    row = Membership.objects.select_related("user", "team").get()
    assert (row.role, row.user.language, row.user.time_zone) == ("owner", "ko", "Asia/Seoul")
    assert (row.team.language, row.team.time_zone) == ("ko", "Asia/Seoul")
    client = Client()
    hands.sign_in(client, "alice@example.com")
    assert "Harbor" in hands.text(client.get("/desk/team/"))


def test_create_owner_leaves_the_sample_unless_told(sample: User, password: None) -> None:
    call_command("create_owner", *OWNER)
    assert User.objects.filter(is_sample=True).exists()


def test_create_owner_takes_the_samples_sign_in_away(sample: User, password: None) -> None:
    sample_in = hands.browser("Sample")
    call_command("create_owner", *OWNER, "--remove-sample")
    client = Client()
    hands.sign_in(client, EMAIL, PASSWORD)
    assert not hands.is_signed_in(client)
    assert sample_in.get("/desk/")["Location"].startswith("/accounts/login/")
    refuse_unless_loopback(["0.0.0.0:8000"])


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (["--email", "alice at example"], make.PASSWORD, "Enter a valid email address."),
        (["--time-zone", "Mars/Olympus"], make.PASSWORD, "“Mars/Olympus” is not a time zone"),
        ([], "short", "This password is too short."),
        (["--email", "bora@example.com"], make.PASSWORD, "bora@example.com has an account already"),
        (["--email", "BORA@example.com"], make.PASSWORD, "bora@example.com has an account already"),
    ],
)
def test_create_owner_refuses_with_a_sentence_and_makes_nothing(
    sample: User, monkeypatch: pytest.MonkeyPatch, arguments: list[str], typed: str, sentence: str
) -> None:
    make.user("Bora")
    monkeypatch.setenv("RETRO_OWNER_PASSWORD", typed)
    with pytest.raises(CommandError, match=sentence):
        call_command("create_owner", *OWNER, "--remove-sample", *arguments)
    assert not Team.objects.filter(name="Harbor").exists()
    assert User.objects.filter(is_sample=True).exists()


def test_create_owner_asks_for_a_password_that_is_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RETRO_OWNER_PASSWORD", raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: make.PASSWORD)
    call_command("create_owner", *OWNER)
    assert User.objects.get().check_password(make.PASSWORD)
