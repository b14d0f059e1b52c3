"""Findings on pools and loans: value, delta and gamma, carry, stress and liquidation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._spacing import Spacing
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.recommendation.assessment.onchain.onchain_profits import (
    OnchainProfits,
    book_of,
    onchain_grid,
    token_betas,
)
from hedgeresearch.recommendation.inputs.onchain.onchain_book import (
    OnchainBook,
    gamma_value,
    relative_moves,
)
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import OnchainPosition
from hedgeresearch.recommendation.inputs.onchain.onchain_values import pool_price, units_of
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

YEAR = pd.Timedelta(days=365)


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class OnchainRisk:
    """Pools and loans of a position: what they hold, and profits by full revaluation.

    Attributes
    ----------
    tokens : tuple of names
        Tokens whose price moves.
    positions : DataFrame (n_held, 6)
        A row for each pool and loan: kind; price of a pool's base token in its quote token; whether
        it is in a range; value, in the currency of the account; gamma, what it holds more in
        currency for a rise of the price by 1%; fees that it is expected to earn in a year, in
        currency, NaN where they are not known.
    exposure : DataFrame (n_parts, n_tokens)
        Units of each token in each pool and loan, held with them and in the hedges (by their beta
        to it), and of all.
    grid : DataFrame (n_moves, 7)
        Value of the position, and profits of it, of its hedges and of both, at moves of the price;
        and the loans that are liquidated by it, in words. Values and profits are those after it.
    revaluation : Series or None
        Volatility of one period, unhedged and hedged, of the position revalued at past moves of
        its tokens; None for fewer than 20.
    carry : Series
        What is earned a year, in currency: fees (NaN where those of a pool in range are not known),
        gamma (what trading by the pool loses at the volatility of the model, or at the past one of
        the ratio of its tokens where several move), funding and basis of the hedges, and all that
        is known.
    loans : DataFrame or None
        Health factor, prices of liquidation, probability, and what lowers it, of each loan.
    joint : Series or None
        Probabilities that loans, hedges, any and both are liquidated within the horizon.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> days = pd.date_range("2025-01-01", periods=300, name="date")
    >>> steps = 0.03 * np.random.default_rng(1).standard_normal(300)
    >>> prices = pd.DataFrame({"WETH": 2_000.0 * np.exp(steps.cumsum()), "USDC": 1.0}, days)
    >>> market = hr.Market(prices.assign(PERP=prices["WETH"] * 1.0001), currency="USDC")
    >>> pool = hr.onchain.PoolPosition([hr.onchain.LiquidityRange(1e3)], "WETH", "USDC")
    >>> perpetual = hr.LinearContract("PERP", 0.01, lot=1)
    >>> fit = hr.NaiveHedge().fit(*market.returns(hr.Position(onchain=pool), perpetual))
    >>> advice = hr.recommend(fit, pool, perpetual, market)
    >>> advice.onchain
    OnchainRisk(1 pools and loans; net delta 0.004898 WETH)
    """

    tokens: tuple[str, ...]
    positions: pd.DataFrame
    exposure: pd.DataFrame
    grid: pd.DataFrame
    revaluation: pd.Series | None
    carry: pd.Series
    loans: pd.DataFrame | None
    joint: pd.Series | None

    def __repr__(self) -> str:
        net = ", ".join(f"{units:.4g} {name}" for name, units in self.exposure.loc["all"].items())
        return f"OnchainRisk({len(self.positions)} pools and loans; net delta {net})"


def assess_onchain(
    problem: HedgeProblem,
    valuation: Valuation,
    holdings: Array,
    spacing: Spacing,
    carries: list[Carry],
    past: OnchainProfits | None,
    liquidation: tuple[pd.DataFrame | None, pd.Series | None],
) -> OnchainRisk | None:
    """Return the findings on pools and loans with holdings (n_instruments,) of hedges."""
    book = problem.onchain
    if book is None:
        return None
    revaluation = None
    if past is not None:
        volatilities = [past.position.std(ddof=1), past.hedged.std(ddof=1)]
        revaluation = pd.Series(volatilities, ["unhedged", "hedged"], name="volatility")
    positions = _table_of_positions(book)
    return OnchainRisk(
        tokens=book.tokens,
        positions=positions,
        exposure=_exposure(book, problem, valuation, holdings),
        grid=onchain_grid(problem, valuation, holdings),
        revaluation=revaluation,
        carry=_carry(problem, valuation, spacing, carries, positions),
        loans=liquidation[0],
        joint=liquidation[1],
    )


def oracle_deviations(book: OnchainBook) -> dict[str, float]:
    """Return by what share the price of each oracle is above that of the market, by token."""
    return {
        name: value / book.values[name] - 1.0
        for name, value in book.oracle_values.items()
        if name in book.values
    }


# --- tables ---


def _table_of_positions(book: OnchainBook) -> pd.DataFrame:
    """Return a row for each pool and loan."""
    rows = {name: _row(one, book) for name, one in zip(book.labels, book.held, strict=True)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("position")


def _row(one: OnchainPosition, book: OnchainBook) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": "loan",
        "price": math.nan,
        "in range": "",
        "value": book.worth(one),
        "gamma": gamma_value(one, book.values) / 100.0,
        "fees": 0.0,
    }
    if not isinstance(one, PoolPosition):
        return row
    price = pool_price(one, book.values)
    is_in_range = one.is_in_range(price)
    fees = math.nan if one.fee_rate is None else one.fee_rate * row["value"]
    return row | {
        "kind": "pool",
        "price": price,
        "in range": "yes" if is_in_range else "no",
        "fees": fees if is_in_range else 0.0,
    }


def _exposure(
    book: OnchainBook, problem: HedgeProblem, valuation: Valuation, holdings: Array
) -> pd.DataFrame:
    """Return the units of each asset in each part of the position and its hedges, and of all."""
    assets = problem.position.assets
    parts = {
        name: {asset: units_of(asset, one, book.values) for asset in assets}
        for name, one in zip(book.labels, book.held, strict=True)
    }
    if problem.position.units:
        parts["units held"] = {asset: problem.position.units.get(asset, 0.0) for asset in assets}
    by_beta = token_betas(problem) @ (holdings * valuation.sizes)
    values = np.array([problem.market.value(asset) for asset in assets])
    # sizes of differences are units already
    units = by_beta if problem.kind == "difference" else by_beta / values
    parts["hedges"] = dict(zip(assets, units.tolist(), strict=True))
    table = pd.DataFrame.from_dict(parts, orient="index", columns=assets)
    table.loc["all"] = table.sum()
    return table.rename_axis("part")


def _carry(
    problem: HedgeProblem,
    valuation: Valuation,
    spacing: Spacing,
    carries: list[Carry],
    positions: pd.DataFrame,
) -> pd.Series:
    """Return what is earned a year in currency: fees, gamma, hedges, and all."""
    fees = positions.loc[positions["kind"] == "pool", "fees"]
    of_hedges = sum(one.per_year for one in carries) * abs(valuation.value)
    found = {
        "fees": float(fees.sum(skipna=False)),
        "gamma": _gamma_per_year(problem, spacing),
        "hedges": of_hedges if carries else math.nan,
    }
    found["all"] = sum(each for each in found.values() if not math.isnan(each))
    return pd.Series(found, name="per year")


def _gamma_per_year(problem: HedgeProblem, spacing: Spacing) -> float:
    r"""Return what pools lose by gamma in a year, in currency: half the gamma times variance.

    .. math:: \\tfrac12 \\Gamma P^2 Q \\, \\sigma^2

    with the variance of the relative price of their tokens a year: that of the model for a single
    token that moves, else that of the past.
    """
    elapsed = spacing.elapsed(1)
    if elapsed is None:
        return math.nan
    book = book_of(problem)
    moves = problem.past_moves()
    total = 0.0
    for pool in book.pools.values():
        variance = float(np.mean(relative_moves(pool, moves) ** 2))
        if not problem.position.is_portfolio:
            variance = float(problem.fit.arrays.period_covariance[0, 0])
            if problem.kind == "difference":
                variance /= book.values[book.underlying] ** 2
        total += 0.5 * gamma_value(pool, book.values) * variance * (YEAR / elapsed)
    return total
