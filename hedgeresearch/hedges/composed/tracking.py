r"""Index tracking: the basket of few instruments whose return is nearest to that of an index.

.. math:: \min_w \; \mathrm{Var}(r^{index} - w'r), \qquad \#\{i : w_i \ne 0\} \le k, \quad
          \textstyle\sum_i w_i = s, \quad l \le w \le u, \quad
          \sum_i |w_i - w^{held}_i| \le \tau

The weights are ratios: the hedged position is the tracking error. See ``optimization.baskets`` for
the search, and Beasley, Meade and Chang (2003), European Journal of Operational Research 148, for
the problem with limited numbers of stocks and limited trading.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._containers.lazy_table import Dates, changed
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.composed.basket import Basket, BasketErrors
from hedgeresearch.hedges.composed.constraints import Bound, bounds_by_hedge, frozen_bound
from hedgeresearch.hedges.constant_ratio import advance_constant_array, constant_ratio_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.labels import labelled_covariance, labelled_path, labelled_ratio
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.optimization.baskets import BasketProgram, best_basket
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class TrackingHedge:
    """Weights of at most ``n_max`` instruments that track an index with the least variance.

    Up to 30 instruments the basket is the best of all, found by branch and bound. From more the
    search ends early: the basket is at least as good as one that no exchange of two instruments
    improves, and ``fit.summary`` says how far the least possible tracking error may be below it.

    Standard errors are those of the weights given which instruments are in and which constraints
    bind. The weights stay the same until the next rebalancing, as fractions of the index: what they
    drift by in between is traded back.

    A fit does not know the basket before it: in a walk-forward, let the basket rebalance itself
    (``rebalance=``, ``window=``) and pass ``refit_every=`` as long as the data, or each refit is
    free to choose any basket, whatever ``turnover`` is. The largest change in
    ``hr.evaluation.tracking_table`` shows it.

    Parameters
    ----------
    n_max : int
        Largest number of instruments in the basket.
    lower, upper : float or mapping
        Bounds of all weights, or by instrument; no short positions by default.
    total : float, optional
        Sum of the weights, 1 by default; None for any.
    turnover : float, optional
        Largest sum of absolute changes of the weights at a rebalancing: .2 replaces a tenth of a
        portfolio.
    holdings : mapping, optional
        Weights held before the first basket, by instrument, for ``turnover``; those that are left
        out are zero. Without, the first basket is free.
    rebalance : int, optional
        Number of observations after which an extension chooses another basket, from what is known
        by then; None for a basket that stays until the next fit.
    window : int, optional
        Number of observations that a basket is chosen from; None for all.
    max_nodes : int
        Number of branches after which a search ends before its end; the summary shows the gap.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> members = hr.data.simulate_dcc(n_dates=750, n_series=7, correlation=0.4, seed=5).returns
    >>> index = members.mean(axis=1).rename("index")
    >>> tracker = hr.TrackingHedge(4)
    >>> fit = tracker.fit(index, members.set_axis(list("ABCDEFG"), axis=1))
    >>> fit.next_ratio.round(3).tolist()
    [0.0, 0.24, 0.255, 0.249, 0.0, 0.256, 0.0]
    >>> fit.summary.tail(3).round(5)["estimate"].to_dict()
    {'tracking error': 0.00326, 'bound of tracking error': 0.00326, 'gap': 0.0}
    """

    n_max: int
    lower: Bound = 0.0
    upper: Bound = None
    total: float | None = 1.0
    turnover: float | None = None
    holdings: Mapping[Any, float] | None = None
    rebalance: int | None = None
    window: int | None = None
    max_nodes: int = 200_000

    def __post_init__(self) -> None:
        check_at_least(self.n_max, "n_max", 1)
        for name in ("lower", "upper"):
            object.__setattr__(self, name, frozen_bound(getattr(self, name), name))
        if self.total is not None:
            check_between(self.total, "total", -math.inf, math.inf)
        for name in ("rebalance", "window"):
            if getattr(self, name) is not None:
                check_at_least(getattr(self, name), name, 1)
        check_at_least(self.max_nodes, "max_nodes", 1)
        if self.turnover is not None:
            check_between(self.turnover, "turnover", 0.0, math.inf)
        if self.holdings is not None:
            object.__setattr__(self, "holdings", _frozen_holdings(self.holdings))
        if self.turnover is None and self.holdings is not None:
            raise DataError("holdings belong to turnover=, which limits the change from them.")
        if self.turnover is not None and self.holdings is None and self.rebalance is None:
            raise DataError(
                "turnover must have something to limit: the change from holdings=, or from one "
                "rebalancing to the next (rebalance=)."
            )

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return HedgeTraits(window=self.window)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Choose the basket from the index (n_dates,) and its instruments (n_dates, n_hedges).

        Raises
        ------
        DataError
            If the basket is larger than the universe, the constraints leave no basket, a bound or
            a holding names another instrument, or the window is too short for the instruments.
        """
        returns, kind = join_returns(asset, hedges)
        names = list(returns.columns[1:])
        self._check_universe(names, len(returns))
        held = self._held(names)
        limit = math.inf if held is None or self.turnover is None else self.turnover
        start = np.zeros(len(names)) if held is None else held
        basket = self._choose(returns.to_numpy(), names, start, limit)
        table = basket.table(names)
        fit = constant_ratio_fit(self, returns, basket.weights, kind, table, BasketErrors())
        covariance = labelled_covariance(basket.covariance, returns.columns)
        tracked: HedgeFit = changed(fit, next_covariance=covariance, state=basket)
        return tracked

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, with another basket whenever it is time for one."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        if self.rebalance is None:
            return advance_constant_array(fit, dates)
        basket: Basket = fit.state
        limit = math.inf if self.turnover is None else self.turnover
        seen = np.concatenate([fit.sample.rows.values, returns])
        n_before = len(fit.sample.rows)
        path = np.empty((len(returns), returns.shape[1] - 1))
        for row in range(len(returns)):
            path[row] = basket.weights
            basket = basket.one_later()
            if basket.age == self.rebalance:
                known = seen[: n_before + row + 1]
                basket = self._choose(known, fit.hedges, basket.weights, limit)
        columns = pd.Index([fit.asset, *fit.hedges])
        later: HedgeFit = changed(
            fit,
            ratio=labelled_path(path, dates, columns[1:]),
            next_ratio=labelled_ratio(basket.weights, columns[1:]),
            next_covariance=labelled_covariance(basket.covariance, columns),
            estimates=basket.table(fit.hedges),
            state=basket,
        )
        return later

    def _check_universe(self, names: list[Any], n_dates: int) -> None:
        """Refuse baskets larger than the universe, and windows that are too short for it."""
        if self.n_max > len(names):
            raise DataError(
                f"n_max must be at most the number of instruments, {len(names)}; got "
                f"{self.n_max}. Choose a smaller basket or pass more instruments."
            )
        if self.window is not None and not len(names) + 2 < self.window <= n_dates:
            raise DataError(
                f"window must be longer than {len(names) + 2} observations for {len(names)} "
                f"instruments, and at most the sample, {n_dates}; got {self.window}."
            )

    def _held(self, names: list[Any]) -> Array | None:
        """Return what is held before the first basket, (n_hedges,); None if that is not known."""
        if self.holdings is None:
            return None
        unknown = [name for name in self.holdings if name not in names]
        if unknown:
            raise DataError(
                f"holdings must name instruments, which are {names}; got {unknown[0]!r}. Pass its "
                "returns as well, so that it can be sold."
            )
        return np.array([self.holdings.get(name, 0.0) for name in names], dtype=np.float64)

    def _choose(self, returns: Array, names: list[Any], held: Array, limit: float) -> Basket:
        """Return the best basket of the last returns (n_dates, 1 + n_hedges)."""
        first = 0 if self.window is None else len(returns) - self.window
        covariance = np.cov(returns[first:], rowvar=False)
        program = self._program(covariance, names, held, limit)
        found = best_basket(program, self.n_max, 1.0, held, self.max_nodes)
        if not math.isfinite(found.value):
            raise DataError(self._no_basket(len(names), found.is_finished))
        return Basket(program, found, covariance, slice(first, len(returns)))

    def _program(
        self, covariance: Array, names: list[Any], held: Array, limit: float
    ) -> BasketProgram:
        """Return the program in units of the variance of the index."""
        lower = bounds_by_hedge(self.lower, "lower", names, -math.inf)
        upper = bounds_by_hedge(self.upper, "upper", names, math.inf)
        crossed = np.flatnonzero(lower > upper)
        if len(crossed):
            name = names[crossed[0]]
            raise DataError(f"lower must be at most upper; {name!r} has the lower one above.")
        unit = covariance / covariance[0, 0]
        total = math.nan if self.total is None else float(self.total)
        return BasketProgram(unit[1:, 1:], unit[1:, 0], lower, upper, total, held, limit)

    def _no_basket(self, n: int, is_finished: bool) -> str:
        """Return why there is no basket."""
        found = "there is none" if is_finished else f"none was found among {n}"
        return (
            f"n_max, bounds, total and turnover must leave a basket; {found}. Raise n_max, upper "
            "or turnover."
        )


def _frozen_holdings(holdings: Any) -> FrozenMapping[float]:
    """Return holdings that cannot change."""
    if not isinstance(holdings, Mapping | pd.Series):
        raise DataError(f"holdings must map instruments to weights; got {type(holdings).__name__}.")
    given = dict(holdings.items())
    for name, weight in given.items():
        check_between(weight, f"the holding of {name!r}", -math.inf, math.inf)
    return FrozenMapping(given)
