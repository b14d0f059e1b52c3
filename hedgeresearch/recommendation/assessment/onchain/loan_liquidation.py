"""Liquidation risk of loans, by the prices of their oracles, and jointly with that of hedges.

Prices of all tokens and contracts are drawn together from past returns in blocks, so that a path on
which a loan is liquidated is one on which a short hedge gains. The hedge does not prevent that: its
gains are elsewhere, unless they repay debt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.data.quality.simple_returns import check_simple_returns
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.log_returns import drawn_log_returns
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.margin.price_range import Side, reaches
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.loan_risk import MIN_RETURNS, LoanRisk, draw_loan
from hedgeresearch.recommendation.assessment.margin import n_paths, share_interval
from hedgeresearch.recommendation.inputs.onchain.onchain_book import OnchainBook
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import all_tokens
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import RecommendationSettings
from hedgeresearch.typing import Array

COLUMNS = (
    "health factor",
    "token",
    "price",
    "liquidation price",
    "probability",
    "lower",
    "upper",
    "repayment",
    "repaid in",
    "sold short",
)
"""Columns of the table of loans."""


def simulate_loans(
    problem: HedgeProblem, settings: RecommendationSettings, horizon: int
) -> dict[str, LoanRisk]:
    """Return each loan on the same simulated paths, by its name.

    Prices that move begin at those of the market, where the next round of an oracle is. A loan that
    can be liquidated by its oracle now is liquidated on all paths.

    Raises
    ------
    DataError
        If past values of the tokens are not all positive, or too few.
    """
    book = problem.onchain
    if book is None or not book.loans:
        return {}
    returns = _past_returns(problem, book)
    if returns.empty:
        return {}
    check_simple_returns(returns, MIN_RETURNS)
    tokens = [str(name) for name in returns if name in book.values]
    drawn = drawn_log_returns(returns, keep_mean=settings.margin.keep_mean)
    logs = pd.DataFrame(drawn, returns.index, returns.columns)
    past = logs[tokens].to_numpy()
    block_length = optimal_block_length(np.column_stack([past, past**2]))
    n_drawn = n_paths(horizon)
    start = book.loan_prices | {name: book.values[name] for name in tokens}
    risks = {}
    for name, loan in book.loans.items():
        risk = draw_loan(loan, start, logs, horizon, n_drawn, settings.seed, block_length)
        lowest = np.minimum(risk.lowest_health, loan.health_factor(book.loan_prices))
        risks[name] = replace(risk, lowest_health=lowest)
    return risks


def assess_loans(
    problem: HedgeProblem, risks: Mapping[str, LoanRisk], probability: float
) -> pd.DataFrame | None:
    """Return a row for each loan; None without any.

    Columns: health factor; token, the one whose price matters most; its price and that at which
    the loan is liquidated, the other prices unchanged, in the currency of the account; probability
    of liquidation within the horizon with its 95% interval of simulation; repayment today, in
    tokens, and position in the token, sold short (negative: long), each of which alone lowers the
    probability to the accepted one; NaN where none does. Prices and health are those of oracles
    where they are known; simulated prices begin at those of the market.
    """
    book = problem.onchain
    if book is None or not book.loans:
        return None
    rows = {
        name: _row(loan, book, risks.get(name), probability) for name, loan in book.loans.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("loan")


def joint_liquidation(
    problem: HedgeProblem,
    risks: Mapping[str, LoanRisk],
    margin: pd.DataFrame | None,
    holdings: Array,
) -> pd.Series[float] | None:
    """Return the probabilities that loans, hedges, any and both are liquidated within the horizon.

    None where there is no loan, or no hedge whose liquidation price is known.

    Parameters
    ----------
    problem : HedgeProblem
    risks : mapping from loan to LoanRisk
    margin : DataFrame or None, table of the hedges held on margin
    holdings : array (n_instruments,), contracts
    """
    if not risks or margin is None:
        return None
    first = next(iter(risks.values()))
    loans = np.zeros(len(first.lowest_health), dtype=bool)
    for risk in risks.values():
        loans |= risk.is_liquidated
    hedges = np.zeros_like(loans)
    known = False
    for name, contracts in zip(problem.names, holdings.tolist(), strict=True):
        barrier = float(margin["liquidation price"].get(name, math.nan))
        if name not in first.lowest or math.isnan(barrier):
            continue
        known = True
        side: Side = "long" if contracts > 0.0 else "short"
        extremes = first.lowest[name] if side == "long" else first.highest[name]
        hedges |= reaches(problem.market.price(name) * extremes, barrier, side)
    if not known:
        return None
    return pd.Series(
        {
            "loans": np.mean(loans),
            "hedges": np.mean(hedges),
            "any": np.mean(loans | hedges),
            "both": np.mean(loans & hedges),
        },
        name="probability",
    )


def main_token(loan: LoanPosition, book: OnchainBook) -> str:
    """Return the token of a loan whose price matters most for its health, of those that move."""
    prices = book.loan_prices
    moving = [name for name in loan.tokens if name in book.tokens] or loan.tokens
    return max(moving, key=lambda name: abs(loan.exposure(name) * prices[name]))


def _row(
    loan: LoanPosition, book: OnchainBook, risk: LoanRisk | None, probability: float
) -> dict[str, Any]:
    """Return the row of one loan."""
    prices = book.loan_prices
    token = main_token(loan, book)
    owed = max(loan.debt, key=lambda name: loan.debt[name] * prices[name])
    row: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan)
    row |= {
        "health factor": loan.health_factor(prices),
        "token": token,
        "price": prices[token],
        "repaid in": owed,
    }
    if loan.exposure(token) != 0.0:
        row["liquidation price"] = loan.liquidation_price(token, prices)
    if row["health factor"] < 1.0:
        row["probability"] = 1.0
        counted, debt = loan.counted_and_owed(prices)
        row["repayment"] = float(debt - counted) / prices[owed]
        return row
    if risk is None:
        return row
    lower, upper = share_interval(risk.probability, len(risk.lowest_health))
    row |= {"probability": risk.probability, "lower": lower, "upper": upper}
    row["repayment"] = _remedy(lambda: risk.repayment_for(probability, owed))
    row["sold short"] = _remedy(lambda: risk.hedge_for(probability, token))
    return row


def _remedy(size: Any) -> float:
    """Return a size that a simulation finds; NaN where there is none."""
    try:
        return float(size())
    except DataError:
        return math.nan


def _past_returns(problem: HedgeProblem, book: OnchainBook) -> pd.DataFrame:
    """Return past simple returns of the loans' tokens and of the contracts, of those that move."""
    market = problem.market
    n_dates = len(market)
    paths = {
        token: market.value_path(token, n_dates)
        for token in all_tokens(list(book.loans.values()))
        if token in market.columns
    }
    for one in problem.instruments:
        paths.setdefault(one.name, market.path(one.name, n_dates))
    table = pd.DataFrame(paths, market.table.index)
    is_used = (table > 0.0).all() & (table.nunique() > 1)
    missing = [token for token in paths if token in book.tokens and not is_used[token]]
    if missing:
        raise DataError(
            f"past values of {missing[0]!r} must be positive and vary; they are not. Fix the data."
        )
    return table.loc[:, is_used].pct_change().iloc[1:]
