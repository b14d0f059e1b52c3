"""Hedges of options with the future and other options, by their exposures to factors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch.covariance.model import CovarianceModel, check_covariance_model
from hedgeresearch.covariance.moments.sample import SampleCovariance
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.options.factor_ratios import check_number, projections
from hedgeresearch.hedges.options.factors import FACTORS, exposures_of, factor_moves
from hedgeresearch.hedges.options.fit import OptionHedgeFit
from hedgeresearch.hedges.options.model import FUTURE, OptionHedgeTraits, account_of
from hedgeresearch.hedges.options.observations import advanced
from hedgeresearch.hedges.options.sample_checks import check_days
from hedgeresearch.options.panel.moves import Convention
from hedgeresearch.options.panel.option_panel import OptionPanel, as_panel
from hedgeresearch.options.panel.target import OptionTarget
from hedgeresearch.regimes.mixture import mixture_covariance
from hedgeresearch.regimes.model import RegimeModel
from hedgeresearch.typing import Array


class _State(NamedTuple):
    """Fit of the moves of the factors, and these moves for standard errors."""

    moves: Any
    history: Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class FactorNeutralHedge:
    """Ratios to the future and to other options that leave no exposure, or least variance.

    With as many hedges as factors, no exposure to the factors is left: ``factors=("delta",
    "vega")`` with the future and one option is delta-vega neutrality, whatever their covariance.
    With fewer hedges the variance is least under the covariance of the factors' moves; the future
    alone then has Black's delta plus vega times the slope of volatility on the future.

    The move of volatility is that of the strike at the money in about 30 days, one for all options:
    the volatility of long expiries moves less in markets, which the hedge does not know.

    Parameters
    ----------
    factors : tuple of "delta", "vega", "gamma", "vanna" and "volga", "delta" among them
    options : tuple of OptionTarget
        Hedges other than the future; none by default.
    covariance : CovarianceModel or RegimeModel
        Model of the moves of the factors; regimes are mixed by their predicted probabilities.
    convention : {"forward", "premium_adjusted"}
        Account in dollars, or in coin.

    Raises
    ------
    DataError
        From ``fit``, if the panel has moves of fewer than 60 days with fewer hedges than factors,
        or the hedges are collinear on a date.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(n_dates=250, seed=1).panel
    >>> hedge = hr.hedges.FactorNeutralHedge(options=(hr.options.OptionTarget(years=0.5),))
    >>> hedge.fit(panel).next_ratio.loc["call 21d 0.5"].round(3).to_dict()
    {'future': 0.297, 'call 0.5 0.5y': 0.408}
    """

    factors: tuple[str, ...] = ("delta", "vega")
    options: tuple[OptionTarget, ...] = ()
    covariance: CovarianceModel | RegimeModel = field(default_factory=SampleCovariance)
    convention: Convention = "forward"

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", tuple(self.factors))
        object.__setattr__(self, "options", tuple(self.options))
        unknown = [factor for factor in self.factors if factor not in FACTORS]
        if unknown or "delta" not in self.factors or len(set(self.factors)) < len(self.factors):
            raise DataError(
                f"factors must be different ones of {list(FACTORS)}, 'delta' among them; got "
                f"{self.factors!r}."
            )
        wrong = [option for option in self.options if not isinstance(option, OptionTarget)]
        if wrong or len(set(self.options)) < len(self.options):
            raise DataError(f"options must be different OptionTargets; got {self.options!r}.")
        account_of(self.convention)
        if isinstance(self.covariance, type) or not isinstance(self.covariance, RegimeModel):
            check_covariance_model(self.covariance, "covariance")
        check_number(len(self.factors), 1 + len(self.options), has_covariance=True)

    @property
    def traits(self) -> OptionHedgeTraits:
        """Properties that the package relies on."""
        names = (FUTURE, *(str(option) for option in self.options))
        account = account_of(self.convention)
        return OptionHedgeTraits(account, names, estimates=not self._is_neutral)

    @property
    def _is_neutral(self) -> bool:
        """True if there are as many hedges as factors."""
        return 1 + len(self.options) == len(self.factors)

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        """Estimate the covariance of the factors on the known moves of a panel."""
        checked = as_panel(panel)
        if self._is_neutral:
            return self._fit_over(checked, None, None, checked.dates[-1])
        n_moved = checked.arrays.n_moved
        check_days(n_moved, "FactorNeutralHedge", "as many hedges as factors")
        rows = checked.arrays
        moves = factor_moves(rows, self.factors, self.traits.account)
        dates = rows.next_dates[:n_moved]
        fit = self.covariance.fit(pd.DataFrame(moves, dates, list(self.factors)))
        state = _State(fit, moves)
        path = covariance_path(fit)
        # a model that starts with a moment of the first dates has no covariance for these
        start = np.repeat(path[:1], n_moved + 1 - len(path), axis=0)
        return self._fit_over(checked, state, np.concatenate([start, path]), checked.dates[-1])

    def advance(self, fit: OptionHedgeFit, panel: OptionPanel) -> OptionHedgeFit:
        """Return the fit over later dates."""
        if self._is_neutral:
            return self._fit_over(panel, None, None, fit.sample_end)
        state: _State = fit.state
        if panel.arrays.n_moved == 0:
            return self._fit_over(panel, state, covariance_path(state.moves)[-1:], fit.sample_end)
        rows = panel.arrays
        moves = factor_moves(rows, self.factors, self.traits.account)
        later = advanced(state.moves, moves, rows.next_dates[: rows.n_moved], self.factors)
        return self._fit_over(
            panel, state._replace(moves=later), covariance_path(later), fit.sample_end
        )

    def _fit_over(
        self, panel: OptionPanel, state: _State | None, path: Array | None, sample_end: Any
    ) -> OptionHedgeFit:
        """Return the fit with ratios of each row, from covariances of each date and the next."""
        rows = panel.arrays
        exposures = exposures_of(rows, self.factors, self.traits.account)
        n_dates = len(rows.dates)
        hedge_rows = np.empty((n_dates, len(self.options)), dtype=np.int64)
        loads = np.zeros((n_dates, len(self.factors), 1 + len(self.options)))
        loads[:, self.factors.index("delta"), 0] = 1.0
        for i, option in enumerate(self.options):
            hedge_rows[:, i] = option.rows(rows)
            loads[:, :, i + 1] = exposures[hedge_rows[:, i]]
        by_factor = projections(loads, None if path is None else path[:n_dates])
        collinear = np.isnan(by_factor).any(axis=(1, 2))
        if collinear.any():
            raise DataError(
                f"no hedge may be made of others; on {day(rows.dates[int(collinear.argmax())])} "
                f"{list(self.traits.hedges)} are collinear. Choose options of other expiries or "
                "deltas."
            )
        ratios = np.einsum("nhf,nf->nh", by_factor[rows.day_of_row], exposures)
        last = exposures[rows.starts[-2] :]
        return OptionHedgeFit(
            model=self,
            panel=panel,
            ratios=ratios,
            sample_end=sample_end,
            errors=self._errors(last, loads[-1], ratios[rows.starts[-2] :], state),
            hedge_rows=hedge_rows,
            state=state,
        )

    def _errors(
        self, exposures: Array, loads: Array, ratios: Array, state: _State | None
    ) -> Array | None:
        """Return standard errors of the ratios of the last date, (n_contracts, n_hedges).

        With the sample covariance the ratio is a least-squares slope, whose robust error is that
        of White (1980), Econometrica 48; there is none if nothing is estimated.
        """
        if state is None:
            return np.zeros_like(ratios)
        if not isinstance(self.covariance, SampleCovariance):
            return None
        moves = state.history - state.history.mean(axis=0)
        hedges = moves @ loads
        inverse = np.linalg.inv(hedges.T @ hedges)
        residuals = moves @ exposures.T - hedges @ ratios.T
        scores = np.einsum("th,tr->rth", hedges @ inverse, residuals)
        return np.asarray(np.sqrt(np.square(scores).sum(axis=1)))


def covariance_path(fit: Any) -> Array:
    """Return the covariance of each move and of the next one, (n_moves + 1, k, k)."""
    if isinstance(fit.model, RegimeModel):
        probabilities = np.vstack([fit.predictions, fit.final_state.next_probabilities])
        moments = fit.final_state.moments
        return mixture_covariance(probabilities, moments.means, moments.covariances)
    return np.concatenate([fit.path(), fit.final_state.next_covariance[None]])
