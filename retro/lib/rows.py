"""Rows that people edit together: a version against silent overwrites, a key against doubles."""

import uuid
from typing import Any, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Stale(Exception):
    """Somebody saved this row after the text that is being saved was read.

    ``current`` is the row as it stands now.
    """

    def __init__(self, current: models.Model) -> None:
        super().__init__("stale row")
        self.current = current


class Row(models.Model):
    """An editable row. Save an edit with :meth:`save_version`, never with a bare ``save()``."""

    version = models.PositiveIntegerField(default=1, editable=False)
    # Made by the form that adds the row: the same form sent twice finds the row it made.
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True

    def save_version(self, version: int, fields: list[str]) -> None:
        """Write ``fields`` if the row is still at ``version``; the row is then one version on.

        Raises Stale when it is not. Compare and write are one UPDATE, so of two savers at the
        same moment exactly one wins.
        """
        now = timezone.now()
        values: dict[str, Any] = {name: getattr(self, name) for name in fields}
        model = type(self)
        with transaction.atomic():
            won = model._base_manager.filter(pk=self.pk, version=version).update(
                **values, version=version + 1, updated_at=now
            )
            if not won:
                raise Stale(model._base_manager.get(pk=self.pk))
        self.version, self.updated_at = version + 1, now

    @classmethod
    def made_by(cls, key: uuid.UUID | None) -> Self | None:
        """Return the row that the form with this key has made already."""
        return cls._base_manager.filter(creation_key=key).first() if key else None
