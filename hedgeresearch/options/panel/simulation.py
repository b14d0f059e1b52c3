r"""Simulated smiles whose regimes and minimum-variance deltas are known.

.. math:: dF_t = \alpha_t F_t \, dW_t, \qquad
          d \ln \alpha_t = \kappa (\ln \bar\alpha_s - \ln \alpha_t) \, dt + \nu_s \, dZ_t, \qquad
          dW_t \, dZ_t = \rho_s \, dt

with kappa the speed, the other parameters those of the regime s of the day, a Markov chain. Prices
are those of the lognormal SABR smile (Hagan, Kumar, Lesniewski and Woodward 2002, Wilmott Magazine,
eq. 2.17a with beta = 1) of the day's parameters, before and after its move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.options.black import black_prices
from hedgeresearch._validation.settings import check_at_least, check_between, check_choice
from hedgeresearch.data.simulation import business_days, markov_chain_path
from hedgeresearch.errors import DataError
from hedgeresearch.options.panel.lognormal_sabr import bartlett_delta, sabr_volatility
from hedgeresearch.options.panel.option_panel import OptionPanel
from hedgeresearch.typing import Array, Indices

DAYS_PER_YEAR = 252
"""Days in a year of a simulation."""
MAX_CORRELATION = 0.999
"""Size of a correlation of price and volatility, at most."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False)
class SimulatedSmiles:
    """Simulated options by date, with the true parameters of their smiles.

    Attributes
    ----------
    panel : OptionPanel
        Its table has the column ``regime`` too, the one that governs the move of the row.
    regimes : Series (n_dates,)
        Regime that governs the move from each date to the next.
    parameters : DataFrame (n_dates, 3)
        ``alpha``, ``rho`` and ``nu`` of the smile of each date.
    transition : array (n_regimes, n_regimes)
        Probability of moving from the regime of the row to that of the column.
    minimum_variance_delta : array (n_rows,)
        True delta of least variance over a short time, of each row of the panel.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> smiles = hr.options.simulate_smiles(50, nu=(0.5, 1.0), rho=(-0.2, -0.85), seed=1)
    >>> smiles.panel
    OptionPanel(1,800 options on 50 dates, 2000-01-03 to 2000-03-10)
    >>> len(smiles.regimes)
    50
    """

    panel: OptionPanel
    regimes: pd.Series = field(repr=False)
    parameters: pd.DataFrame = field(repr=False)
    transition: Array = field(repr=False)
    minimum_variance_delta: Array = field(repr=False)


@exported_by("hedgeresearch.options")
def simulate_smiles(  # noqa: PLR0913 - the parameters of the model, each with a default
    n_dates: int = 1000,
    nu: float | Sequence[float] = 0.8,
    rho: float | Sequence[float] = -0.7,
    level: float | Sequence[float] = 0.2,
    *,
    stay: float = 0.99,
    speed: float = 4.0,
    days: Sequence[int] = (21, 42, 63, 126),
    deltas: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    kinds: Sequence[Literal["call", "put"]] = ("call",),
    smile: Literal["sabr", "flat"] = "sabr",
    seed: int = 0,
) -> SimulatedSmiles:
    """Simulate options on each of many days under a SABR smile, in one regime or several.

    On each date there is one option for each kind, maturity and delta; its strike has that delta
    at the volatility at the money.

    Parameters
    ----------
    n_dates : int
        Number of business days with quotes and moves, from 2000-01-03, 252 in a year.
    nu : float, or one for each regime
        Volatility of the logarithm of the volatility, per root of a year.
    rho : float, or one for each regime
        Correlation of price and volatility.
    level : float, or one for each regime
        Volatility to which it reverts, annual fraction.
    stay : float
        Probability that a regime lasts one day more; the others are equally probable.
    speed : float
        Speed of reversion of the log-volatility, per year.
    days : sequence of int
        Maturities in business days.
    deltas : sequence of float
        Sizes of the deltas.
    kinds : sequence of "call" and "put"
    smile : {"sabr", "flat"}
        "flat": every strike has the volatility alpha. With ``rho=0`` Black's delta is then the best
        one.
    seed : int
        The same seed gives the same bytes.

    Returns
    -------
    SimulatedSmiles

    Raises
    ------
    DataError
        If a parameter is out of its range, or they are for different numbers of regimes.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> smiles = hr.options.simulate_smiles(500, nu=(0.5, 1), rho=(-0.2, -0.85), level=(0.15, 0.35))
    >>> smiles.panel
    OptionPanel(18,000 options on 500 dates, 2000-01-03 to 2001-11-30)
    >>> smiles.regimes.value_counts().sort_index().tolist()
    [133, 367]
    """
    check_at_least(n_dates, "n_dates", 2)
    check_at_least(seed, "seed", 0)
    check_choice(smile, "smile", ("sabr", "flat"))
    check_between(speed, "speed", 0.0, np.inf)
    table = _by_regime(nu, rho, level)
    _check_contracts(days, deltas, kinds)
    transition = _transition(stay, len(table))
    path = _simulated_path(n_dates, table, transition, speed, seed)
    contracts = _Contracts.of(days, deltas, kinds)
    rows = _rows(path, contracts, smile)
    panel = OptionPanel(rows, min_expiry=0.0, delta_range=(0.0, 1.0))
    dates = panel.dates
    parameters = pd.DataFrame(
        {"alpha": path.alpha[:-1], "rho": path.rho, "nu": path.nu}, index=dates
    )
    regimes = pd.Series(path.regimes, dates, name="regime")
    true = _true_delta(panel, path, contracts, smile)
    return SimulatedSmiles(panel, regimes, parameters, transition, true)


@dataclass(frozen=True, eq=False)
class _Path:
    """Regimes and parameters of each date; forward and alpha have one more, the last end."""

    regimes: Indices
    forward: Array
    alpha: Array
    rho: Array
    nu: Array


@dataclass(frozen=True, eq=False)
class _Contracts:
    """Names, signs, deltas and years to expiry of the options of a date, (n_contracts,) each."""

    names: Array
    kinds: Array
    sign: Array
    size: Array
    expiry: Array

    @classmethod
    def of(cls, days: Sequence[int], deltas: Sequence[float], kinds: Sequence[str]) -> _Contracts:
        """Return one contract for each kind, maturity and delta."""
        grid = pd.MultiIndex.from_product([kinds, days, deltas]).to_frame(index=False)
        names = [f"{kind} {n}d {delta:g}" for kind, n, delta in grid.itertuples(index=False)]
        return cls(
            names=np.array(names),
            kinds=grid[0].to_numpy(dtype=str),
            sign=np.where(grid[0] == "call", 1.0, -1.0),
            size=grid[2].to_numpy(dtype=float),
            expiry=grid[1].to_numpy(dtype=float) / DAYS_PER_YEAR,
        )


def _by_regime(nu: object, rho: object, level: object) -> Array:
    """Return nu, rho and level of each regime, (n_regimes, 3)."""
    columns = [np.atleast_1d(np.asarray(values, dtype=float)) for values in (nu, rho, level)]
    sizes = {len(column) for column in columns} - {1}
    if len(sizes) > 1 or any(column.ndim != 1 for column in columns):
        raise DataError(
            "nu, rho and level must be one number each, or one for each regime; got "
            f"{nu!r}, {rho!r} and {level!r}."
        )
    table = np.column_stack(np.broadcast_arrays(*columns))
    for row in table:
        check_between(float(row[0]), "nu", 0.0, 10.0)
        check_between(float(row[1]), "rho", -MAX_CORRELATION, MAX_CORRELATION)
        check_between(float(row[2]), "level", 0.0, 5.0)
    return table


def _check_contracts(days: Sequence[int], deltas: Sequence[float], kinds: Sequence[str]) -> None:
    for number in days:
        check_at_least(number, "days", 2)
    for delta in deltas:
        check_between(delta, "deltas", 0.0, 1.0)
    for kind in kinds:
        check_choice(kind, "kinds", ("call", "put"))
    if not (len(days) and len(deltas) and len(kinds)):
        raise DataError("days, deltas and kinds must not be empty.")


def _transition(stay: float, n_regimes: int) -> Array:
    """Return the transition matrix, (n_regimes, n_regimes)."""
    check_between(stay, "stay", 0.0, 1.0)
    if n_regimes == 1:
        return np.ones((1, 1))
    leave = (1.0 - stay) / (n_regimes - 1)
    matrix = np.full((n_regimes, n_regimes), leave)
    np.fill_diagonal(matrix, stay)
    return matrix


def _simulated_path(
    n_dates: int, table: Array, transition: Array, speed: float, seed: int
) -> _Path:
    """Return regimes, forward and volatility from day to day."""
    generator = np.random.default_rng(seed)
    regimes = markov_chain_path(generator.random(n_dates), transition)
    noise = generator.standard_normal((n_dates, 2))
    nu, rho, level = table[regimes].T
    root = np.sqrt(1.0 / DAYS_PER_YEAR)
    moves = root * nu * (rho * noise[:, 0] + np.sqrt(1.0 - rho**2) * noise[:, 1])
    log_alpha = np.empty(n_dates + 1)
    log_alpha[0] = np.log(level[0])
    for t in range(n_dates):
        reversion = speed * (np.log(level[t]) - log_alpha[t]) / DAYS_PER_YEAR
        log_alpha[t + 1] = log_alpha[t] + reversion + moves[t]
    alpha = np.exp(log_alpha)
    returns = alpha[:-1] * root * noise[:, 0] - alpha[:-1] ** 2 / DAYS_PER_YEAR / 2.0
    forward = 100.0 * np.exp(np.concatenate([[0.0], returns.cumsum()]))
    return _Path(regimes, forward, alpha, rho, nu)


def _rows(path: _Path, contracts: _Contracts, smile: str) -> pd.DataFrame:
    """Return the table of the panel."""
    from scipy.special import ndtri

    n_dates = len(path.regimes)
    n_contracts = len(contracts.names)
    dates = business_days(n_dates + 1)
    forward = path.forward[:-1, None]
    following = path.forward[1:, None]
    total = path.alpha[:-1, None] * np.sqrt(contracts.expiry)
    d1 = contracts.sign * ndtri(contracts.size)
    strike = forward * np.exp(total**2 / 2.0 - d1 * total)
    left = contracts.expiry - 1.0 / DAYS_PER_YEAR
    volatility = _volatility(path, forward, strike, contracts.expiry, smile, 0)
    later = _volatility(path, following, strike, left, smile, 1)
    columns = {
        "date": np.repeat(dates[:-1], n_contracts),
        "next_date": np.repeat(dates[1:], n_contracts),
        "contract": np.tile(contracts.names, n_dates),
        "kind": np.tile(contracts.kinds, n_dates),
        "strike": strike.ravel(),
        "expiry": np.tile(contracts.expiry, n_dates),
        "forward": np.repeat(path.forward[:-1], n_contracts),
        "volatility": volatility.ravel(),
        "price": _prices(forward, strike, contracts.expiry, volatility, contracts.sign),
        "next_forward": np.repeat(path.forward[1:], n_contracts),
        "next_price": _prices(following, strike, left, later, contracts.sign),
        "next_volatility": later.ravel(),
        "regime": np.repeat(path.regimes, n_contracts),
    }
    return pd.DataFrame(columns)


def _prices(forward: Array, strike: Array, expiry: Array, volatility: Array, sign: Array) -> Array:
    """Return the prices of options, (n_dates * n_contracts,); arguments are broadcast."""
    quotes = np.broadcast_arrays(forward, strike, expiry, volatility, sign, 1.0)
    prices = np.empty(strike.size)
    black_prices(*(np.ascontiguousarray(one).ravel() for one in quotes), prices)
    return prices


def _volatility(
    path: _Path, forward: Array, strike: Array, expiry: Array, smile: str, shift: int
) -> Array:
    """Return volatilities (n_dates, n_contracts) before (shift 0) or after (1) each move."""
    alpha = path.alpha[shift : shift + len(path.regimes), None]
    if smile == "flat":
        return np.broadcast_to(alpha, strike.shape)
    return sabr_volatility(forward, strike, expiry, alpha, path.rho[:, None], path.nu[:, None])


def _true_delta(panel: OptionPanel, path: _Path, contracts: _Contracts, smile: str) -> Array:
    """Return the true delta of least variance of each row, (n_rows,)."""
    rows = panel.arrays
    n_contracts = len(contracts.names)
    if smile == "flat":
        nu_rho = np.repeat(path.nu * path.rho * path.alpha[:-1], n_contracts)
        return rows.delta + rows.vega * nu_rho / rows.forward
    alpha, rho, nu = (np.repeat(one, n_contracts) for one in (path.alpha[:-1], path.rho, path.nu))
    return bartlett_delta(rows, alpha, rho, nu)
