"""Checks of the units, or the value, that a position holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hedgeresearch._validation.mappings import preview
from hedgeresearch._validation.numbers import as_number
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError


def checked_units(given: Any) -> dict[str, float]:
    """Return units by asset as floats."""
    if not isinstance(given, Mapping) or not given:
        raise DataError(
            "position must map assets to units held, such as {'BTC': 25}, or have a value, such as "
            f"Position(value=500_000, of='BTC'); got {preview(given)}."
        )
    held = {asset: as_number(units) for asset, units in given.items()}
    for asset, units in held.items():
        check_between(units, f"units of {asset!r}", -math.inf, math.inf)
        if units == 0:
            raise DataError(f"units of {asset!r} must not be zero; leave it out of the position.")
    return {asset: float(units) for asset, units in held.items()}


def checked_value(value: Any, asset: Any, units: Any) -> float:
    """Return the value of a position that is given by it, in currency."""
    if value is None or not isinstance(asset, str) or not asset:
        raise DataError(
            "value and of must be given together, such as Position(value=500_000, of='BTC'); got "
            f"value={value!r} and of={asset!r}."
        )
    if units:
        raise DataError(
            f"position must have units or a value; got both, {preview(dict(units))} and "
            f"{value!r} of {asset!r}. Leave one out."
        )
    amount = as_number(value)
    check_between(amount, f"value of {asset!r}", -math.inf, math.inf)
    if amount == 0:
        raise DataError(f"value of {asset!r} must not be zero; there is nothing to hedge.")
    return float(amount)
