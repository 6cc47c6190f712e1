"""Time zones as people say them: a city and its distance from UTC."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

# Cities that have a name of their own in another language; the rest keep the one of their zone.
CITIES = {
    "America/Chicago": pgettext_lazy("city", "Chicago"),
    "America/Los_Angeles": pgettext_lazy("city", "Los Angeles"),
    "America/New_York": pgettext_lazy("city", "New York"),
    "America/Sao_Paulo": pgettext_lazy("city", "São Paulo"),
    "Asia/Bangkok": pgettext_lazy("city", "Bangkok"),
    "Asia/Hong_Kong": pgettext_lazy("city", "Hong Kong"),
    "Asia/Kolkata": pgettext_lazy("city", "Kolkata"),
    "Asia/Seoul": pgettext_lazy("city", "Seoul"),
    "Asia/Shanghai": pgettext_lazy("city", "Shanghai"),
    "Asia/Singapore": pgettext_lazy("city", "Singapore"),
    "Asia/Taipei": pgettext_lazy("city", "Taipei"),
    "Asia/Tokyo": pgettext_lazy("city", "Tokyo"),
    "Australia/Sydney": pgettext_lazy("city", "Sydney"),
    "Europe/Amsterdam": pgettext_lazy("city", "Amsterdam"),
    "Europe/Berlin": pgettext_lazy("city", "Berlin"),
    "Europe/Lisbon": pgettext_lazy("city", "Lisbon"),
    "Europe/London": pgettext_lazy("city", "London"),
    "Europe/Madrid": pgettext_lazy("city", "Madrid"),
    "Europe/Paris": pgettext_lazy("city", "Paris"),
}


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """Return ``Seoul (UTC+9)``, with the distance that held at that moment."""
    if zone.key in ("UTC", "Etc/UTC"):
        return "UTC"
    offset = at.astimezone(zone).strftime("%z")
    hours = f"{offset[0]}{int(offset[1:3])}" + (f":{offset[3:5]}" if offset[3:5] != "00" else "")
    city = str(CITIES.get(zone.key) or zone.key.rsplit("/", 1)[-1].replace("_", " "))
    return _("%(city)s (UTC%(offset)s)") % {"city": city, "offset": hours}
