"""Numbers as users write them: those of Python and numpy, and decimals of a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np


def is_number(value: Any) -> bool:
    """Return whether a value is a real number of Python or numpy, and not a truth value."""
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool)


def as_number(value: Any) -> Any:
    """Return a Decimal as a float, and any other value as it is.

    Databases and brokers keep amounts as decimals; a float holds their first 15 digits.

    Examples
    --------
    >>> as_number(Decimal("25.5")), as_number(25), as_number("25")
    (25.5, 25, '25')
    """
    return float(value) if isinstance(value, Decimal) else value
