r"""Payments of holdings from one date to the next, in the currency of their payoff.

.. math:: g = n \left[ p(F_{t-1}, F_t) - k_t \, w(F_t) \right]

with n the contracts held, p the payoff of one, k the funding rate and w the worth of one. It is the
change of the balance behind the contract: profits, losses, coins and funding. Fees are not part of
it; what was really paid for a trade is known to the venue only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array


def payments(
    instruments: Sequence[Instrument], holdings: Array, market: Market
) -> dict[str, float]:
    """Return what holdings (n_instruments,) paid over the market's last date, by instrument."""
    return {
        one.name: _payment(one, contracts, market)
        for one, contracts in zip(instruments, holdings.tolist(), strict=True)
        if contracts != 0.0
    }


def currency_held(position: Position, instrument: Instrument, market: Market) -> str | None:
    """Return the asset of the position that is the currency of a payoff; None where none is."""
    currency = market.rates.get(instrument.name)
    return currency if isinstance(currency, str) and currency in position.units else None


def units_paid(
    position: Position,
    instruments: Sequence[Instrument],
    gains: Mapping[str, float],
    market: Market,
) -> dict[str, float]:
    """Return the units of the position that instruments paid, by asset.

    ``gains`` are by instrument, as from :func:`payments`.
    """
    paid: dict[str, float] = {}
    for one in instruments:
        asset = currency_held(position, one, market)
        if asset is not None and one.name in gains:
            paid[asset] = paid.get(asset, 0.0) + gains[one.name]
    return paid


def _payment(instrument: Instrument, contracts: float, market: Market) -> float:
    name = instrument.name
    price = market.price(name)
    gain = float(instrument.payoff(contracts, market.price(name, rows_ago=1), price))
    if instrument.funding is None or name not in market.funding:
        return gain
    rate = market.price(market.funding[name])
    return gain - contracts * rate * float(instrument.worth(price))
