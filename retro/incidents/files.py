"""Pictures and files as they come in: what is let in, and how a picture is drawn anew."""

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

# The content type is ours by the suffix; what the browser claims is never believed.
FILE_TYPES = {
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
}
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
MAX_PIXELS = 40_000_000
MAX_SIDE = 2400
ALLOWED = sorted(PICTURE_SUFFIXES | set(FILE_TYPES))


@dataclass(frozen=True)
class Incoming:
    """A checked upload, ready to be stored. ``width`` and ``height`` are there for a picture."""

    content: ContentFile
    name: str
    suffix: str
    content_type: str
    width: int | None = None
    height: int | None = None


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Picture or file"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ALLOWED)}),
        error_messages={"max_length": _("The file's name is too long.")},
    )
    alt = forms.CharField(
        label=_("What the picture shows, for those who cannot see it"),
        max_length=500,
        required=False,
    )
    creation_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_file(self) -> Incoming:
        return check(self.cleaned_data["file"])


def check(upload: UploadedFile) -> Incoming:
    """Return the upload as it will be stored. Raises ValidationError with a sentence."""
    if (upload.size or 0) > settings.MAX_FILE_BYTES:
        raise forms.ValidationError(
            _("This file has %(size)s MB; at most %(most)s MB are taken."),
            params={
                "size": f"{(upload.size or 0) / 1048576:.1f}",
                "most": settings.MAX_FILE_BYTES // 1048576,
            },
        )
    name = (
        re.sub(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]", "", upload.name or "")[-200:]
        or "file"
    )
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return _picture(upload, name)
    if suffix in FILE_TYPES:
        content = upload.read()
        if suffix == ".pdf" and not content.startswith(b"%PDF-"):
            raise forms.ValidationError(_("This file says it is a PDF, but it is not one."))
        return Incoming(ContentFile(content), name, suffix, FILE_TYPES[suffix])
    raise forms.ValidationError(
        _("Files of the type “%(suffix)s” are not taken. These are: %(allowed)s."),
        params={"suffix": suffix or name, "allowed": " ".join(ALLOWED)},
    )


def _picture(upload: UploadedFile, name: str) -> Incoming:
    """Draw the picture anew from its pixels: no EXIF, no trailing bytes, no second format in it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(upload, formats=PICTURE_FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise forms.ValidationError(_("This picture has too many pixels."))
            kind = picture.format  # gone after the first change
            # A photo taken upright says so in its EXIF, which goes away: turn the pixels instead.
            picture = ImageOps.exif_transpose(picture)
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            out = io.BytesIO()
            if kind == "JPEG":
                picture.convert("RGB").save(out, "JPEG", quality=86, optimize=True)
                suffix, content_type = ".jpg", "image/jpeg"
            else:
                alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
                clean = picture.convert("RGBA" if alpha else "RGB")
                if kind == "PNG" and picture.mode in ("P", "L", "1") and not alpha:
                    clean = picture.convert("P" if picture.mode == "P" else "L")
                clean.info.clear()
                clean.save(out, "PNG", optimize=True)
                suffix, content_type = ".png", "image/png"
    except forms.ValidationError:
        raise
    except Exception as error:
        # Pillow raises many kinds on damaged files; to the person they are one sentence.
        raise forms.ValidationError(_("This picture cannot be read.")) from error
    return Incoming(
        ContentFile(out.getvalue()), name, suffix, content_type, picture.width, picture.height
    )
