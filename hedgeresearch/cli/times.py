"""Times with a zone, as they are written in files and options."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch.errors import DataError


def time_with_zone(text: Any) -> pd.Timestamp:
    """Return a time with a zone, written as an offset or as a name after the time."""
    words = str(text).split()
    zone = words[-1] if len(words) > 1 and words[-1][0].isalpha() else None
    try:
        time: Any = pd.Timestamp(" ".join(words[:-1]) if zone else text)
        time = time.tz_localize(zone) if zone else time
    except (TypeError, ValueError, KeyError) as error:
        raise DataError(
            f"a time must be written as 2024-06-28T16:00:00+00:00, or with the name of its zone; "
            f"got {text!r} ({error})."
        ) from None
    if pd.isna(time) or time.tz is None:
        raise DataError(
            f"a time must have a zone, such as 2024-06-28T16:00:00+00:00 or '2024-06-28 16:00 "
            f"America/New_York'; got {text!r}."
        )
    found: pd.Timestamp = time
    return found
