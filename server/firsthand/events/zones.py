"""The time zones that an event can be chosen to be in. Pure."""

from zoneinfo import available_timezones

# Regions of the world; the rest are old names and offsets that nobody's event is in.
_REGIONS = {
    *("Africa", "America", "Antarctica", "Asia", "Atlantic"),
    *("Australia", "Europe", "Indian", "Pacific"),
}
TIME_ZONES = (
    "UTC",
    *sorted(zone for zone in available_timezones() if zone.partition("/")[0] in _REGIONS),
)
