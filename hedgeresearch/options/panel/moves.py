r"""Moves of options and of the future, per price of the future, in dollars or in coin.

In dollars, with f the price of an option and F the one of the future,

.. math:: y = (f' - f) / F, \qquad x = (F' - F) / F,

and the ratio of Black is his forward delta. In coin, where the option is worth f / F and the future
is inverse,

.. math:: y = f' / F' - f / F, \qquad x = 1 - F / F',

and it is the premium-adjusted delta, delta - f / F. A change of volatility moves y by vega / F in
both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.typing import Array

Account = Literal["dollar", "coin"]
Convention = Literal["forward", "premium_adjusted"]
ACCOUNTS: dict[Convention, Account] = {"forward": "dollar", "premium_adjusted": "coin"}
"""Account whose profit and loss each convention of the delta hedges."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves of each row of a panel to the next date; NaN where they are not known.

    Attributes
    ----------
    option, future : arrays (n_rows,), y and x
    """

    option: Array
    future: Array


def moves_of(rows: PanelArrays, account: Account) -> Moves:
    """Return the moves of the rows of a panel in an account."""
    if account == "dollar":
        option = (rows.next_price - rows.price) / rows.forward
        return Moves(option, rows.next_forward / rows.forward - 1.0)
    option = rows.next_price / rows.next_forward - rows.price / rows.forward
    return Moves(option, 1.0 - rows.forward / rows.next_forward)


def black_ratio(rows: PanelArrays, account: Account) -> Array:
    """Return the ratio of Black's delta in an account, (n_rows,)."""
    if account == "dollar":
        return rows.delta
    return np.asarray(rows.delta - rows.price / rows.forward)
