"""Prices of the last bar that cannot be, or should be looked up, against their past.

A move counts as odd where it is beyond twelve typical deviations of its column and half as large
again as every move before. Whether it is undone by the next bar, as after a wrong price, is not
known yet. What can be known: where the price divided by 10, 100 or 1000, or times that, would be
an ordinary move, a decimal point or a unit is wrong. A crash is not near these
factors: that of October 1987 was a fifth of the S&P 500.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hedgeresearch._formatting import day, quantity
from hedgeresearch.data.quality.checks.outliers import MIN_DEVIATIONS, MIN_ROWS
from hedgeresearch.data.quality.checks.units import NORMAL_SCALE, typical_size
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array

N_RECENT = 20
"""Number of moves before the last one, none of which an odd one is near to."""
MIN_AHEAD = 1.5
"""Multiple of the largest move before that an odd one is."""
MIN_LOG_MOVE = 0.02
"""Logarithmic move up to which none is odd."""
POWERS = (1, 2, 3)
"""Powers of ten of a wrong decimal point, or of cents, pence or thousands for whole units."""
ORDINARY_DEVIATIONS = 5.0
"""Typical deviations of a move that is ordinary once the price is divided."""


@dataclass(frozen=True)
class OddMove:
    """The last move of a column, far beyond those before.

    Attributes
    ----------
    column : str
    before, after : float, prices
    deviations : float, its size in typical deviations; inf where the price did not move before
    ahead : float, its size as a multiple of the largest move before
    power : int, power of ten by which the price is too high, negative for too low; 0 if by none
    date : text of its date
    """

    column: str
    before: float
    after: float
    deviations: float
    ahead: float
    power: int
    date: str

    @property
    def text(self) -> str:
        """Text of what was found and what to do."""
        move = f"from {quantity(self.before)} to {quantity(self.after)}"
        if self.before > 0.0 and self.after > 0.0:
            share = self.after / self.before - 1.0
            move = f"by {share:+,.{0 if share > -0.99 else 1}%}, {move}"
        opening = f"{self.column!r} moves {move} on {self.date}"
        if not self.power:
            return (
                f"{opening}, {self._size_text()}. Look it up before you trade, and correct the bar "
                "if it is wrong."
            )
        factor = f"{10 ** abs(self.power):,}"
        side, verb = ("high", "Divide") if self.power > 0 else ("low", "Multiply")
        return (
            f"{opening}: that is about {factor} times too {side}, as by a decimal point, or "
            f"cents or pence for whole units. {verb} it by {factor}"
        )

    def _size_text(self) -> str:
        """Return the size against the moves before, in words."""
        if np.isinf(self.deviations):
            return "where it did not move before"
        return (
            f"which is {quantity(self.deviations, 2)} typical deviations, and "
            f"{quantity(self.ahead, 2)} times its largest move before"
        )


def odd_moves(
    position: Position, instruments: Sequence[Instrument], market: Market
) -> list[OddMove]:
    """Return the odd last moves of the columns that value a position and its hedges.

    Those are prices, rates, and implied volatilities and forwards of options; and funding, of which
    no power of ten is wrong: in a squeeze it is a hundred times the usual.
    """
    names = dict.fromkeys([*position.assets, *(one.name for one in instruments)])
    rates = [market.rates.get(name) for name in names]
    funding = {market.funding[name] for name in names if name in market.funding}
    columns = dict.fromkeys([*names, *rates, *_quoted(market), *sorted(funding)])
    found = []
    for name in columns:
        if not isinstance(name, str) or name not in market.columns:
            continue
        if _is_ahead(market.path(name, N_RECENT + 2)):
            path = market.path(name, len(market))
            odd = _odd_move(name, path, market, has_unit=name not in funding)
            found += [] if odd is None else [odd]
    return found


def check_last_bar(position: Position, instruments: Sequence[Instrument], market: Market) -> None:
    """Refuse a last bar with a price of a wrong unit, and warn of other odd moves.

    Raises
    ------
    DataError
        If a price is about 10, 100 or 1000 times what it was, or a part of that.

    Warns
    -----
    DataWarning
        For each other move beyond all before.
    """
    found = odd_moves(position, instruments, market)
    for one in found:
        if one.power:
            raise DataError(
                f"the new bar must have the unit of the table; {one.text}; if it is right, extend "
                "the fit and call hr.recommend with the longer table, which warns only."
            )
    for one in found:
        warn_caller(f"the new bar should be right; {one.text}", DataWarning)


def warn_of_last_bar(position: Position, instruments: Sequence[Instrument], market: Market) -> None:
    """Warn of odd moves of the last bar of a table."""
    for one in odd_moves(position, instruments, market):
        ending = ", if it is wrong." if one.power else ""
        warn_caller(f"the last prices should be right; {one.text}{ending}", DataWarning)


def _quoted(market: Market) -> list[str | float]:
    """Return implied volatilities and forwards of options, columns or numbers."""
    if market.quotes is None:
        return []
    volatilities = market.quotes.volatilities or {}
    forwards = market.quotes.forwards or {}
    return [*volatilities.values(), *forwards.values()]


def _is_ahead(path: Array) -> bool:
    """Return whether the last move is ahead of the few before it, which costs little to know."""
    sizes = np.abs(_moves(path))
    return bool(len(sizes) > 1 and sizes[-1] > MIN_AHEAD * sizes[:-1].max())


def _odd_move(name: str, path: Array, market: Market, *, has_unit: bool) -> OddMove | None:
    """Return the last move of a column (n_dates,) if it is odd; funding has no unit to be wrong."""
    moves = _moves(path)
    if len(moves) <= MIN_ROWS:
        return None
    size = abs(float(moves[-1]))
    typical = NORMAL_SCALE * typical_size(moves[:-1])
    largest = float(np.abs(moves[:-1]).max())
    floor = MIN_LOG_MOVE if _is_positive(path) else 0.0
    if size <= max(MIN_DEVIATIONS * typical, floor):
        return None
    power = _wrong_power(path, float(moves[-1]), typical) if has_unit else 0
    if not power and size <= MIN_AHEAD * largest:
        return None
    return OddMove(
        column=name,
        before=float(path[-2]),
        after=float(path[-1]),
        deviations=size / typical if typical else np.inf,
        ahead=size / largest if largest else np.inf,
        power=power,
        date=day(market.last_date),
    )


def _wrong_power(path: Array, move: float, typical: float) -> int:
    """Return the power of ten without which the last move would be ordinary; 0 if none is."""
    before = float(path[-2])
    after = float(path[-1])
    if not before * after > 0.0:
        return 0
    for power in (*POWERS, *(-one for one in POWERS)):
        if _is_positive(path):
            rest = abs(move - power * np.log(10.0))
            limit = max(ORDINARY_DEVIATIONS * typical, MIN_LOG_MOVE)
        else:
            rest = abs(after / 10.0**power - before)
            limit = max(ORDINARY_DEVIATIONS * typical, MIN_LOG_MOVE * abs(before))
        if rest <= limit:
            return power
    return 0


def _moves(path: Array) -> Array:
    """Return logarithmic moves of prices (n_dates,), or differences where one is not positive."""
    return np.diff(np.log(path)) if _is_positive(path) else np.diff(path)


def _is_positive(path: Array) -> bool:
    return bool(path.min() > 0.0)
