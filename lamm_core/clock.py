"""Moments as the reader's own clock shows them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lamm_core.words import month_name
from lamm_core.words import translate as _


def clock_time(moment: datetime, now: datetime, zone: str | None) -> str:
    """Hours and minutes, with the day where it is another one.

    Args:
        moment: with its time zone.
        now: likewise.
        zone: name of the reader's time zone, from the browser; without a known one the time is in UTC and says so.
    """
    try:
        here, suffix = (ZoneInfo(zone), "") if zone else (UTC, " UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name no list of time zones has, or no list at all
        here, suffix = UTC, " UTC"
    local = moment.astimezone(here)
    time = f"{local:%H:%M}{suffix}"
    if local.date() == now.astimezone(here).date():
        return time
    return _("{time} on {day} {month}", time=time, day=local.day, month=month_name(local))
