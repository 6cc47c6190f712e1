"""Pictures and files beside an entry."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from retro.incidents.models import Attachment, TimelineEntry
from tests import make
from tests.incidents.test_story import HTMX, form, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(settings: object, tmp_path: object) -> TimelineEntry:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    team = make.team()
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    make.member(make.team("Elsewhere"), "Mallory", "owner")
    return make.entry(make.incident(team, make.member(team, "Alice", "owner")))


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **save: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#b4400f").save(out, kind, **save)
    return out.getvalue()


def upload(entry: TimelineEntry, name: str, content: bytes, **fields: str):
    address = f"/desk/incidents/{entry.incident.number}/story/entries/{entry.pk}/attachments/"
    data = {"file": SimpleUploadedFile(name, content), "alt": "a graph", **fields}
    return signed_in("Bora").post(address, data)


def test_a_picture_is_stored_without_its_exif_and_shown_to_the_team_only(
    entry: TimelineEntry,
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6  # the camera was held upright
    assert upload(entry, "../../etc/phone.jpg", picture(exif=exif)).status_code == 302
    row = Attachment.objects.get()
    assert (row.width, row.height) == (40, 60)
    stored = row.file.read()
    assert b"taken at home" not in stored
    assert ".." not in row.file.name and "phone" not in row.file.name
    address = f"/desk/attachments/{row.pk}/"
    seen = signed_in("Vic").get(address)
    assert seen["Content-Type"] == "image/jpeg"
    assert b"".join(seen.streaming_content) == stored  # type: ignore[attr-defined]
    assert signed_in("Mallory").get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_file_is_sent_as_a_download(entry: TimelineEntry) -> None:
    upload(entry, "장애 로그.log", b"18:02 <script>")
    response = signed_in("Vic").get(f"/desk/attachments/{Attachment.objects.get().pk}/")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "text/plain"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.svg", b"<svg onload=alert(1)>", "not taken"),
        ("x.html", b"<script>", "not taken"),
        ("x.png", b"<script>alert(1)</script>", "cannot be read"),
        ("x.pdf", b"MZ\x90", "it is not one"),
        ("noending", b"abc", "not taken"),
    ],
)
def test_what_is_not_allowed_is_refused_with_a_sentence(
    entry: TimelineEntry, name: str, content: bytes, sentence: str
) -> None:
    response = upload(entry, name, content)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Attachment.objects.exists()


def test_a_file_too_large_is_refused_with_both_sizes(
    entry: TimelineEntry, settings: object
) -> None:
    settings.MAX_FILE_BYTES = 1024 * 1024  # type: ignore[attr-defined]
    response = upload(entry, "x.log", b"x" * (1024 * 1024 + 100_000))
    assert response.status_code == 422
    assert "1.1 MB" in response.content.decode()


def test_a_script_behind_a_picture_does_not_get_through(entry: TimelineEntry) -> None:
    upload(entry, "x.png", picture("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in Attachment.objects.get().file.read()


def test_a_picture_of_too_many_pixels_is_refused(entry: TimelineEntry) -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert upload(entry, "bomb.png", out.getvalue()).status_code == 422


def test_the_same_upload_sent_twice_is_stored_once(entry: TimelineEntry) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        upload(entry, "x.png", picture("PNG"), creation_key=key)
    assert Attachment.objects.count() == 1


def test_its_words_are_saved_and_it_can_be_removed(entry: TimelineEntry) -> None:
    upload(entry, "x.png", picture("PNG"))
    row = Attachment.objects.get()
    bora = signed_in("Bora")
    response = bora.post(
        f"/desk/attachments/{row.pk}/words/",
        {"alt": "Queue depth, rising", "caption": "Monday", "version": 1},
        **HTMX,
    )
    assert response.status_code == 200
    row.refresh_from_db()
    assert (row.alt, row.caption) == ("Queue depth, rising", "Monday")
    assert signed_in("Vic").post(f"/desk/attachments/{row.pk}/removal/").status_code == 403
    bora.post(f"/desk/attachments/{row.pk}/removal/")
    assert not Attachment.objects.exists()


def test_saving_the_entry_leaves_its_pictures_alone(entry: TimelineEntry) -> None:
    upload(entry, "x.png", picture("PNG"))
    address = f"/desk/incidents/{entry.incident.number}/story/entries/{entry.pk}/"
    signed_in("Bora").post(address, form(body="edited"))
    assert entry.attachments.count() == 1
