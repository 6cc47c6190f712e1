"""WHO: people, their teams, and how they come in."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Self
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def check_time_zone(name: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone we know."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """Somebody who signs in. Their language and time zone are theirs, whatever the team's are."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_time_zone]
    )
    is_active = models.BooleanField(default=True)
    # Made with the sample retros; the server refuses to start with it beyond loopback.
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            # One person, one account, however they write the address.
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Return one or two letters for the round badge: two for Latin names, one for Korean."""
        words = self.name.split()
        if not words:
            return self.email[:1].upper()
        if words[0][0].isascii():
            return "".join(
                word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
            ).upper()
        return words[0][-2:]


class Team(models.Model):
    name = models.CharField(_("team name"), max_length=100)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    members: models.ManyToManyField = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.EDITOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.team} ({self.role})"

    @property
    def may_edit(self) -> bool:
        return self.role in (Role.OWNER, Role.EDITOR)

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Return those that still let somebody in: not used, not expired."""
        return self.filter(accepted_at=None, expires_at__gt=timezone.now())

    def by_secret(self, secret: str) -> "Invitation | None":
        """Return the invitation whose link carries this secret, whatever its state."""
        return self.filter(secret_hash=Invitation.hash(secret)).select_related("team").first()


class Invitation(models.Model):
    """A link that lets one person into a team, once, for a week."""

    LIFETIME = timedelta(days=7)

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.EDITOR)
    # The secret itself is only in the link: who reads the database cannot come in with it.
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} → {self.team}"

    @staticmethod
    def hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, *, team: Team, email: str, role: str, by: User) -> tuple["Invitation", str]:
        """Make an invitation; return it and the secret for its link, which is kept nowhere."""
        secret = secrets.token_urlsafe(32)
        invitation = cls.objects.create(
            team=team,
            email=email.lower(),
            role=role,
            invited_by=by,
            secret_hash=cls.hash(secret),
            expires_at=timezone.now() + cls.LIFETIME,
        )
        return invitation, secret

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > timezone.now()

    def accept(self, user: User) -> bool:
        """Let ``user`` into the team; return False when the link was used or has expired.

        Two people following the link at the same moment: one UPDATE decides, one comes in.
        """
        with transaction.atomic():
            now = timezone.now()
            won = Invitation.objects.open().filter(pk=self.pk).update(accepted_at=now)
            if not won:
                return False
            self.accepted_at = now
            Membership.objects.get_or_create(
                user=user, team=self.team, defaults={"role": self.role}
            )
        return True
