"""Names of the fields of section ``live`` of a book."""

from __future__ import annotations

from collections.abc import Sequence

LEG_FIELDS = (
    "venue",
    "symbol",
    "book",
    "base",
    "oracle",
    "within",
    "contracts_per_unit",
    "participation",
    "max_age",
    "interval_hours",
    "hours",
)
ORACLE_LEG_FIELDS = ("venue", "symbol", "heartbeat")
HOUR_FIELDS = ("opens", "closes", "zone", "days", "holidays")
LIVE_FIELDS: dict[str, Sequence[str]] = {
    "live": ("legs", "constants", "max_age", "max_delay", "refit", "node"),
    "live.legs": LEG_FIELDS,
    "live.legs.hours": HOUR_FIELDS,
    "live.legs.oracle": ORACLE_LEG_FIELDS,
    "live.refit": ("every", "lag"),
}
"""Fields by section."""
