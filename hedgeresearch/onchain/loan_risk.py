r"""Probability that a loan is liquidated before a horizon, and what lowers it.

Paths of all tokens are drawn together from past returns, in blocks of random length after Politis
and Romano (1994), Journal of the American Statistical Association 89, section 2, so that what falls
together keeps falling together. With W_t the collateral that counts and B_t the debt on a path, the
loan is liquidated where W_t < B_t. A repayment of r tokens of price p_t prevents that if

.. math:: r \ge \max_t \frac{B_t - W_t}{p_t}

and a short position of h tokens of price P_t, whose gain is used to repay, if

.. math:: h \ge \max_t \frac{B_t - W_t}{P_0 - P_t}

over the dates on which the loan falls short. The quantile of these over the paths is what keeps the
probability at a given level.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._spacing import rows_in
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.data.quality.simple_returns import check_simple_returns
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.typing import Array

MIN_RETURNS = 20
"""Minimum number of past returns to draw from."""
MAX_PERIODS = 100_000
"""Largest number of periods of a path."""


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, eq=False, repr=False)
class LoanRisk:
    """The outcome of a loan on simulated paths of its tokens' prices.

    Attributes
    ----------
    loan : LoanPosition
    lowest_health : array (n_paths,), lowest health factor of each path, today's included
    repayments : mapping from each token owed to an array (n_paths,), the repayment today, tokens,
        that just prevents liquidation on the path; 0 where there is none
    hedges : mapping from each token with returns to an array (n_paths,), the short position,
        tokens, whose gain just prevents liquidation; inf where a short position does not help
    horizon, block_length : periods
    constant : names of the tokens whose prices stay as they are
    """

    loan: LoanPosition
    lowest_health: Array
    repayments: Mapping[str, Array]
    hedges: Mapping[str, Array]
    horizon: int
    block_length: int
    constant: tuple[str, ...]

    @property
    def probability(self) -> float:
        """Share of the paths on which the loan is liquidated."""
        return float(np.mean(self.lowest_health < 1.0))

    @property
    def standard_error(self) -> float:
        """Standard error of the probability from drawing a number of paths."""
        share = self.probability
        return math.sqrt(share * (1.0 - share) / len(self.lowest_health))

    def repayment_for(self, probability: float, token: str) -> float:
        """Return the repayment today, tokens, that leaves at most this probability.

        Parameters
        ----------
        probability : float in (0, 1)
        token : name of a token that is owed

        Raises
        ------
        DataError
            If less of the token is owed.
        """
        amount = self._quantile(probability, self.repayments, token, "owed")
        owed = self.loan.debt[token]
        if amount >= owed:
            raise DataError(
                f"To repay all {owed:g} {token} does not lower the probability to {probability:g}. "
                "Repay another token, or hedge."
            )
        return amount

    def hedge_for(self, probability: float, token: str) -> float:
        """Return the short position, tokens, that leaves at most this probability.

        It assumes that its gains are paid out and repay debt at once, and that the short position
        itself is not liquidated by a rise.

        Parameters
        ----------
        probability : float in (0, 1)
        token : name of a token with returns

        Raises
        ------
        DataError
            If no short position in the token does it.
        """
        size = self._quantile(probability, self.hedges, token, "simulated")
        if math.isinf(size):
            raise DataError(
                f"No short position in {token} lowers the probability to {probability:g}. "
                "Repay, or hedge another token."
            )
        return size

    def __repr__(self) -> str:
        return (
            f"LoanRisk(probability of liquidation {self.probability:.2%} within {self.horizon} "
            f"periods, {len(self.lowest_health)} paths)"
        )

    def _quantile(
        self, probability: float, sizes: Mapping[str, Array], token: str, role: str
    ) -> float:
        """Return the size that suffices on all but a share of the paths."""
        check_between(probability, "probability", 0.0, 1.0)
        if token not in sizes:
            raise DataError(f"{token} is not {role}. Choose one of {', '.join(sizes)}.")
        return float(np.quantile(sizes[token], 1.0 - probability, method="higher"))


@exported_by("hedgeresearch.onchain")
def simulate_loan(
    loan: LoanPosition,
    prices: Mapping[str, float],
    returns: Any,
    horizon: Horizon,
    *,
    n_paths: int = 10_000,
    seed: int = 0,
    block_length: int | None = None,
) -> LoanRisk:
    """Draw paths of the tokens' prices, and return what happens to a loan on each.

    Parameters
    ----------
    loan : LoanPosition
    prices : mapping from each token to its price today, all in the same currency
    returns : DataFrame (n_dates, n_tokens), simple returns per period of the tokens whose price
        moves; the prices of the others stay as they are
    horizon : int or time such as "30d", periods
    n_paths : int, number of paths
    seed : int
    block_length : int, mean length of the blocks in periods; None chooses it from the returns and
        their squares

    Returns
    -------
    LoanRisk

    Raises
    ------
    DataError
        If the returns hold no token of the loan, have fewer than 20 observations or are not simple
        returns, the health factor is below one today, or a number is out of range.

    Warns
    -----
    DataWarning
        If collateral has no returns, whose price then stays as it is.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from hedgeresearch.onchain import Collateral, LoanPosition, simulate_loan
    >>> days = pd.date_range("2025-01-01", periods=500, name="date")
    >>> draws = np.random.default_rng(0).standard_normal(500)
    >>> returns = pd.DataFrame({"WETH": 0.04 * draws}, index=days)
    >>> loan = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 11_000.0})
    >>> risk = simulate_loan(loan, {"WETH": 2_000.0, "USDC": 1.0}, returns, horizon=30)
    >>> risk
    LoanRisk(probability of liquidation 8.24% within 30 periods, 10000 paths)
    >>> round(risk.repayment_for(0.01, "USDC"))
    1987
    """
    check_at_least(n_paths, "n_paths", 2)
    check_at_least(seed, "seed", 0)
    health = loan.health_factor(prices)
    if health < 1.0:
        raise DataError(
            f"The loan can be liquidated now: its health factor is {health:.4g}. Repay first."
        )
    frame = check_simple_returns(returns, MIN_RETURNS)
    tokens = _tokens_with_returns(loan, frame)
    n_periods = rows_in(horizon, frame.index, most=MAX_PERIODS)
    _warn_of_constant_collateral(loan, tokens)
    past = np.log1p(frame[tokens].to_numpy(dtype=float))
    if block_length is None:
        block_length = optimal_block_length(np.column_stack([past, past**2]))
    check_at_least(block_length, "block_length", 1)
    paths = _Paths(loan, prices, tokens, n_paths)
    for log_returns in _draws(past, n_periods, n_paths, block_length, seed):
        paths.advance(log_returns)
    return LoanRisk(
        loan=loan,
        lowest_health=paths.lowest_health,
        repayments=FrozenMapping(paths.repayments),
        hedges=FrozenMapping(paths.hedges),
        horizon=n_periods,
        block_length=block_length,
        constant=tuple(token for token in loan.tokens if token not in tokens),
    )


class _Paths:
    """Prices of all paths on one date, and the extremes so far."""

    def __init__(
        self, loan: LoanPosition, prices: Mapping[str, float], tokens: list[str], n_paths: int
    ) -> None:
        self.loan = loan
        self.start = dict(prices)
        self.log_changes = {token: np.zeros(n_paths) for token in tokens}
        self.lowest_health = np.full(n_paths, loan.health_factor(prices))
        self.repayments = {token: np.zeros(n_paths) for token in loan.debt}
        self.hedges = {token: np.zeros(n_paths) for token in tokens}

    def advance(self, log_returns: Array) -> None:
        """Move all paths by one date of log returns, (n_paths, n_tokens)."""
        prices: dict[str, Any] = dict(self.start)
        for column, (token, change) in enumerate(self.log_changes.items()):
            change += log_returns[:, column]
            prices[token] = self.start[token] * np.exp(change)
        counted, owed = self.loan.counted_and_owed(prices)
        shortfall = np.maximum(owed - counted, 0.0)
        np.minimum(self.lowest_health, counted / owed, out=self.lowest_health)
        for token, repayment in self.repayments.items():
            np.maximum(repayment, shortfall / prices[token], out=repayment)
        for token, hedge in self.hedges.items():
            fall = self.start[token] - prices[token]
            helps = np.where(fall > 0.0, fall, np.nan)
            needed = np.where(fall > 0.0, shortfall / helps, np.inf)
            np.maximum(hedge, np.where(shortfall > 0.0, needed, 0.0), out=hedge)


def _tokens_with_returns(loan: LoanPosition, returns: pd.DataFrame) -> list[str]:
    """Return the tokens of the loan whose prices move, in the order of the returns."""
    tokens = [name for name in returns.columns if name in loan.tokens]
    if not tokens:
        raise DataError(
            f"returns must have a column for a token of the loan ({', '.join(loan.tokens)}); got "
            f"{', '.join(map(str, returns.columns))}. Rename the columns."
        )
    return tokens


def _warn_of_constant_collateral(loan: LoanPosition, tokens: list[str]) -> None:
    """Warn of collateral without returns, whose price cannot fall on any path."""
    constant = [each.token for each in loan.collateral if each.token not in tokens]
    if constant:
        warn_caller(
            f"The price of {', '.join(constant)} stays as it is on all paths, which is right for "
            "what does not move against the debt only. Pass its returns otherwise.",
            DataWarning,
        )


def _draws(
    past: Array, n_periods: int, n_paths: int, block_length: int, seed: int
) -> Iterator[Array]:
    """Yield log returns (n_paths, n_tokens) of one date after another, drawn in blocks."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(len(past), size=n_paths)
    yield past[rows]
    for _ in range(n_periods - 1):
        begins = generator.random(n_paths) < 1.0 / block_length
        starts = generator.integers(len(past), size=n_paths)
        rows = np.where(begins, starts, (rows + 1) % len(past))
        yield past[rows]
