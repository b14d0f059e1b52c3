r"""Probability that a loan is liquidated before a horizon, and what lowers it.

Paths of all tokens are drawn together from past returns, in blocks of random length after Politis
and Romano (1994), Journal of the American Statistical Association 89, section 2, so that what falls
together keeps falling together; each without its mean, unless that is wanted. With W_t the
collateral that counts and B_t the debt on a path, the loan is liquidated where W_t < B_t. A
repayment of r tokens of price p_t prevents that if

.. math:: r \ge \max_t \frac{B_t - W_t}{p_t}

and a short position of h tokens of price P_t, whose gain is used to repay, if

.. math:: h \ge \max_t \frac{B_t - W_t}{P_0 - P_t}

over the dates on which the loan falls short. For a token of which more is owed than counts it is a
long position, and the gain is that of a rise. The quantile of these over the paths is what keeps
the probability at a given level.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._spacing import rows_in
from hedgeresearch._validation.settings import check_at_least, check_between, check_flag
from hedgeresearch.data.quality.simple_returns import check_simple_returns
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.estimation.log_returns import drawn_log_returns
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.typing import Array, Indices

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
        tokens, whose gain just prevents liquidation; inf where it does not help. It is the size of
        a long one for a token of which more is owed than counts as collateral
    horizon, block_length : periods
    constant : names of the tokens whose prices stay as they are
    lowest, highest : mappings from each column of the returns to an array (n_paths,), its lowest
        and highest price on the path as a multiple of today's

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from hedgeresearch.onchain import Collateral, LoanPosition, simulate_loan
    >>> days = pd.date_range("2025-01-01", periods=500, name="date")
    >>> draws = np.random.default_rng(0).standard_normal(500)
    >>> returns = pd.DataFrame({"WETH": 0.04 * draws}, index=days)
    >>> loan = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 11_000.0})
    >>> risk = simulate_loan(loan, {"WETH": 2_000.0, "USDC": 1.0}, returns, horizon=30)
    >>> risk.probability, round(risk.standard_error, 4), int(risk.is_liquidated.sum())
    (0.0627, 0.0024, 627)
    >>> round(risk.repayment_for(0.01, "USDC")), round(risk.hedge_for(0.01, "WETH"), 2)
    (1710, 1.96)
    """

    loan: LoanPosition
    lowest_health: Array
    repayments: Mapping[str, Array]
    hedges: Mapping[str, Array]
    horizon: int
    block_length: int
    constant: tuple[str, ...]
    lowest: Mapping[str, Array]
    highest: Mapping[str, Array]

    @property
    def is_liquidated(self) -> npt.NDArray[np.bool_]:
        """Whether the loan is liquidated on each path, (n_paths,)."""
        return self.lowest_health < 1.0

    @property
    def probability(self) -> float:
        """Share of the paths on which the loan is liquidated."""
        return float(np.mean(self.is_liquidated))

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
        """Return the position, tokens sold short, that leaves at most this probability.

        It is negative, a long position, for a token of which more is owed than counts. It assumes
        that its gains are paid out and repay debt at once, and that it is not liquidated itself.

        Parameters
        ----------
        probability : float in (0, 1)
        token : name of a token with returns

        Raises
        ------
        DataError
            If no position in the token does it.
        """
        size = self._quantile(probability, self.hedges, token, "simulated")
        if math.isinf(size):
            raise DataError(
                f"No position in {token} lowers the probability to {probability:g}. "
                "Repay, or hedge another token."
            )
        return size * _side_of_hedge(self.loan, token)

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
def simulate_loan(  # noqa: PLR0913 - the arguments of a simulation
    loan: LoanPosition,
    prices: Mapping[str, float],
    returns: Any,
    horizon: Horizon,
    *,
    n_paths: int = 10_000,
    seed: int = 0,
    block_length: int | None = None,
    keep_mean: bool = False,
) -> LoanRisk:
    """Draw paths of the tokens' prices, and return what happens to a loan on each.

    Parameters
    ----------
    loan : LoanPosition
    prices : mapping from each token to its price today, all in the same currency
    returns : DataFrame (n_dates, n_columns), simple returns per period of the tokens whose price
        moves; the prices of the others stay as they are. Columns of other names, such as that of a
        perpetual, are drawn with them, for their lowest and highest prices on the same paths
    horizon : int or time such as "30d", periods
    n_paths : int, number of paths
    seed : int
    block_length : int, mean length of the blocks in periods; None chooses it from the returns and
        their squares
    keep_mean : bool, whether prices go on to rise or fall as in the past; by default the prices
        expected are today's, as the mean of a short past is not known well

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
    LoanRisk(probability of liquidation 6.27% within 30 periods, 10000 paths)
    >>> round(risk.repayment_for(0.01, "USDC"))
    1710
    """
    check_at_least(n_paths, "n_paths", 2)
    check_at_least(seed, "seed", 0)
    check_flag(keep_mean, "keep_mean")
    health = loan.health_factor(prices)
    if health < 1.0:
        raise DataError(
            f"The loan can be liquidated now: its health factor is {health:.4g}. Repay first."
        )
    frame = check_simple_returns(returns, MIN_RETURNS)
    tokens = _tokens_with_returns(loan, frame)
    n_periods = rows_in(horizon, frame.index, most=MAX_PERIODS, covered=True)
    _warn_of_constant_collateral(loan, tokens)
    drawn = drawn_log_returns(frame, keep_mean=keep_mean)
    logs = pd.DataFrame(drawn, frame.index, frame.columns)
    if block_length is None:
        past = logs[tokens].to_numpy()
        block_length = optimal_block_length(np.column_stack([past, past**2]))
    check_at_least(block_length, "block_length", 1)
    return draw_loan(loan, prices, logs, n_periods, n_paths, seed, block_length)


def draw_loan(
    loan: LoanPosition,
    prices: Mapping[str, float],
    log_returns: pd.DataFrame,
    n_periods: int,
    n_paths: int,
    seed: int,
    block_length: int,
) -> LoanRisk:
    """Return what happens to a loan on drawn paths, of input that has been checked."""
    tokens = [name for name in log_returns.columns if name in loan.tokens]
    names = [*tokens, *(name for name in log_returns.columns if name not in tokens)]
    drawn = log_returns[names].to_numpy(dtype=float)
    paths = _Paths(loan, prices, tokens, names, n_paths)
    for rows in _draws(len(drawn), n_periods, n_paths, block_length, seed):
        paths.advance(drawn, rows)
    return LoanRisk(
        loan=loan,
        lowest_health=paths.lowest_health,
        repayments=FrozenMapping(paths.repayments),
        hedges=FrozenMapping(paths.hedges),
        horizon=n_periods,
        block_length=block_length,
        constant=tuple(token for token in loan.tokens if token not in tokens),
        lowest=FrozenMapping(paths.lowest),
        highest=FrozenMapping(paths.highest),
    )


class _Paths:
    """Prices of all paths on one date, and the extremes so far."""

    def __init__(
        self,
        loan: LoanPosition,
        prices: Mapping[str, float],
        tokens: list[str],
        names: list[str],
        n_paths: int,
    ) -> None:
        self.loan = loan
        self.start = dict(prices)
        self.tokens = tokens
        self.log_changes = {name: np.zeros(n_paths) for name in names}
        self.lowest_health = np.full(n_paths, loan.health_factor(prices))
        counted, owed = loan.counted_and_owed(prices)
        missing = max(0.0, owed - counted)
        self.repayments = {token: np.full(n_paths, missing / prices[token]) for token in loan.debt}
        # no hedge has gained anything yet
        needed = math.inf if missing else 0.0
        self.hedges = {token: np.full(n_paths, needed) for token in tokens}
        self.lowest = {name: np.ones(n_paths) for name in names}
        self.highest = {name: np.ones(n_paths) for name in names}

    def advance(self, log_returns: Array, rows: Indices) -> None:
        """Move all paths by one date: rows (n_paths,) of log returns (n_dates, n_columns)."""
        multiples = {}
        for column, (name, change) in enumerate(self.log_changes.items()):
            change += log_returns[rows, column]
            multiples[name] = np.exp(change)
            np.minimum(self.lowest[name], multiples[name], out=self.lowest[name])
            np.maximum(self.highest[name], multiples[name], out=self.highest[name])
        prices: dict[str, Any] = dict(self.start)
        prices |= {token: self.start[token] * multiples[token] for token in self.tokens}
        counted, owed = self.loan.counted_and_owed(prices)
        shortfall = np.maximum(owed - counted, 0.0)
        np.minimum(self.lowest_health, counted / owed, out=self.lowest_health)
        for token, repayment in self.repayments.items():
            np.maximum(repayment, shortfall / prices[token], out=repayment)
        for token, hedge in self.hedges.items():
            gain = _side_of_hedge(self.loan, token) * (self.start[token] - prices[token])
            helps = np.where(gain > 0.0, gain, np.nan)
            needed = np.where(gain > 0.0, shortfall / helps, np.inf)
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


def _side_of_hedge(loan: LoanPosition, token: str) -> float:
    """Return 1.0 for a short position in a token, -1.0 for a long one where more is owed."""
    return -1.0 if loan.exposure(token) < 0.0 else 1.0


def _draws(
    n_dates: int, n_periods: int, n_paths: int, block_length: int, seed: int
) -> Iterator[Indices]:
    """Yield rows (n_paths,) of past returns of one date after another, drawn in blocks."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(n_dates, size=n_paths)
    yield rows
    for _ in range(n_periods - 1):
        begins = generator.random(n_paths) < 1.0 / block_length
        starts = generator.integers(n_dates, size=n_paths)
        rows = np.where(begins, starts, (rows + 1) % n_dates)
        yield rows
