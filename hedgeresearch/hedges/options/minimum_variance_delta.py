"""Minimum-variance deltas of Hull and White: pooled, adaptive, shrunk toward Black, by regime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.hedges.options.fit import OptionHedgeFit
from hedgeresearch.hedges.options.model import OptionHedgeTraits, account_of
from hedgeresearch.hedges.options.normal_equations import (
    N_POWERS,
    SIGNS,
    DailySums,
    Equations,
    daily_sums,
    exposure,
    faded_path,
    pooled_equations,
    powers_of_delta,
)
from hedgeresearch.hedges.options.observations import (
    STANDARDIZED_RETURN,
    VOLATILITY_CHANGE,
    advanced,
    observation_table,
    observed_moves,
)
from hedgeresearch.hedges.options.sample_checks import MIN_DAYS, check_kinds, check_sample
from hedgeresearch.hedges.options.volatility_response import VolatilityResponse, gains_of
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.moves import Convention, black_ratio
from hedgeresearch.options.panel.option_panel import OptionPanel, as_panel
from hedgeresearch.regimes.model import RegimeModel, check_regime_model
from hedgeresearch.typing import Array

Observe = Literal["return and volatility", "return"]


class _State(NamedTuple):
    """State of the hedge after the last known move.

    Attributes
    ----------
    equations : dict of Equations by kind
    coefficients : dict of array (3 k,) by kind, before shrinkage
    regimes : RegimeFit or None
    """

    equations: dict[str, Equations]
    coefficients: dict[str, Array]
    regimes: Any


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class HullWhiteDelta:
    """Black's delta corrected for what volatility does when the future moves.

    The ratio is that of Black plus vega / (F root T) times a quadratic in the delta, estimated by
    least squares from the errors of Black's hedge, calls and puts apart: Hull and White (2017),
    Journal of Banking and Finance 82. With regimes there is a quadratic for each, weighted by the
    predicted probability, in one regression; the probabilities of a move use only moves that ended
    before it. The regimes are seen in the change of the logarithm of the volatility at the money
    (30 days) and in the return over the volatility of the date before.

    Parameters
    ----------
    halflife : float, optional
        Days after which a move counts half; the coefficients then change with every date, also in
        extensions. In the first 60 days of a path the ratio is Black's. By default all moves of the
        estimation count alike.
    shrink : float in [0, 1]
        Share by which the correction is reduced toward Black: 0 is Hull and White's, 1 Black's
        delta.
    regimes : RegimeModel, optional
        Such as ``GaussianHMM(2)``.
    observe : {"return and volatility", "return"}
        What the regimes are seen in. Returns alone rarely show them, which gives a warning.
    convention : {"forward", "premium_adjusted"}
        Delta that is corrected: Black's forward delta for an account in dollars, the
        premium-adjusted one for an account in coin.

    Raises
    ------
    DataError
        From ``fit``, if the panel has moves of fewer than 60 days, or deltas that spread over less
        than .2.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(n_dates=1000, seed=1).panel
    >>> fit = hr.hedges.HullWhiteDelta().fit(panel)
    >>> fit.detail
    VolatilityResponse(1000 days, gain in sample: calls 0.153)
    >>> fit.detail.curve([0.25, 0.5, 0.75])["response"].round(2).tolist()
    [-0.14, -0.13, -0.12]
    """

    halflife: float | None = None
    shrink: float = 0.0
    regimes: RegimeModel | None = None
    observe: Observe = "return and volatility"
    convention: Convention = "forward"

    def __post_init__(self) -> None:
        if self.halflife is not None:
            check_between(self.halflife, "halflife", 0.0, np.inf)
        check_between(self.shrink, "shrink", -np.inf, np.inf)
        if not 0.0 <= self.shrink <= 1.0:
            raise DataError(f"shrink must lie between 0 and 1; got {self.shrink!r}.")
        check_choice(self.observe, "observe", ("return and volatility", "return"))
        account_of(self.convention)
        if self.regimes is not None:
            check_regime_model(self.regimes, "regimes")

    @property
    def traits(self) -> OptionHedgeTraits:
        """Properties that the package relies on."""
        return OptionHedgeTraits(account=account_of(self.convention))

    @property
    def _decay(self) -> float:
        return 1.0 if self.halflife is None else float(0.5 ** (1.0 / self.halflife))

    @property
    def _observed(self) -> list[str]:
        if self.regimes is not None and self.regimes.univariate:
            return [STANDARDIZED_RETURN]
        both = [VOLATILITY_CHANGE, STANDARDIZED_RETURN]
        return both if self.observe == "return and volatility" else [STANDARDIZED_RETURN]

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        """Estimate on the known moves of a panel."""
        checked = as_panel(panel)
        known = checked.arrays.days(0, checked.arrays.n_moved)
        check_sample(known)
        regimes, probabilities = self._fitted_regimes(known)
        sums = daily_sums(known, self.traits.account)
        state, path = self._solved(sums, probabilities[: len(known.dates)], regimes)
        detail = self._response(sums, probabilities[: len(known.dates)], state, path)
        return self._fit_over(checked, state, path, probabilities, checked.dates[-1], detail)

    def advance(self, fit: OptionHedgeFit, panel: OptionPanel) -> OptionHedgeFit:
        """Return the fit over later dates."""
        rows = panel.arrays
        known = rows.days(0, rows.n_moved)
        state: _State = fit.state
        regimes, probabilities = self._filtered_regimes(state.regimes, known)
        path = {kind: coefficients[None] for kind, coefficients in state.coefficients.items()}
        if self.halflife is not None and len(known.dates):
            sums = daily_sums(known, self.traits.account)
            state, path = self._followed(sums, probabilities[: len(known.dates)], state)
        state = state._replace(regimes=regimes)
        return self._fit_over(panel, state, path, probabilities, fit.sample_end, fit.detail)

    # --- the regimes ---

    def _fitted_regimes(self, known: PanelArrays) -> tuple[Any, Array]:
        """Return the fit of the regimes and the probabilities of each move and the next one."""
        n_days = len(known.dates)
        if self.regimes is None:
            return None, np.ones((n_days + 1, 1))
        if self._observed == [STANDARDIZED_RETURN]:
            warn_caller(
                "regimes of an option market rarely show in returns alone: in simulated smiles "
                "they add little to coefficients without regimes. Observe return and volatility, "
                "with a regime model of several series such as GaussianHMM(2).",
                DataWarning,
            )
        fit = self.regimes.fit(observation_table(known, self._observed))
        return fit, np.vstack([fit.predictions, fit.final_state.next_probabilities])

    def _filtered_regimes(self, fit: Any, known: PanelArrays) -> tuple[Any, Array]:
        """Return the fit after new moves, and the probabilities of each and of the next one."""
        n_days = len(known.dates)
        if fit is None:
            return None, np.ones((n_days + 1, 1))
        if n_days == 0:
            return fit, fit.final_state.next_probabilities[None]
        values = observed_moves(known, self._observed)
        later = advanced(fit, values, known.next_dates, self._observed)
        return later, np.vstack([later.predictions, later.final_state.next_probabilities])

    # --- the coefficients ---

    def _solved(
        self, sums: dict[str, DailySums], probabilities: Array, regimes: Any
    ) -> tuple[_State, dict[str, Array]]:
        """Return the state after a sample, and paths of coefficients (1 or n_days + 1, 3 k)."""
        equations = {}
        paths = {}
        for kind, one in sums.items():
            gram, moment = one.by_regime(probabilities)
            if self.halflife is None:
                equations[kind] = pooled_equations(gram, moment)
                paths[kind] = equations[kind].coefficients[None]
            else:
                path, last = faded_path(gram, moment, self._decay, None, MIN_DAYS)
                equations[kind] = last
                paths[kind] = path
        coefficients = {kind: path[-1] for kind, path in paths.items()}
        return _State(equations, coefficients, regimes), paths

    def _followed(
        self, sums: dict[str, DailySums], probabilities: Array, state: _State
    ) -> tuple[_State, dict[str, Array]]:
        """Return the state after new moves, and paths of coefficients (n_days + 1, 3 k)."""
        equations = dict(state.equations)
        paths = {}
        for kind, coefficients in state.coefficients.items():
            n_days = len(probabilities)
            if kind not in sums:
                paths[kind] = np.repeat(coefficients[None], n_days + 1, axis=0)
                continue
            gram, moment = sums[kind].by_regime(probabilities)
            start = state.equations[kind]
            paths[kind], equations[kind] = faded_path(gram, moment, self._decay, start, 0)
        last = {kind: path[-1] for kind, path in paths.items()}
        return state._replace(equations=equations, coefficients=last), paths

    # --- the answer ---

    def _fit_over(
        self,
        panel: OptionPanel,
        state: _State,
        path: dict[str, Array],
        probabilities: Array,
        sample_end: Any,
        detail: VolatilityResponse,
    ) -> OptionHedgeFit:
        """Return the fit with ratios and errors of each row."""
        rows = panel.arrays
        check_kinds(rows, state.coefficients)
        day_of_row = rows.day_of_row
        powers = powers_of_delta(rows)
        weighted = (probabilities[day_of_row][:, :, None] * powers[:, None, :]).reshape(
            rows.n_rows, -1
        )
        response = np.zeros(rows.n_rows)
        for kind, sign in SIGNS.items():
            some = np.flatnonzero(rows.sign == sign)
            if len(some):
                coefficients = path[kind]
                by_row = coefficients[day_of_row[some]] if len(coefficients) > 1 else coefficients
                response[some] = (weighted[some] * by_row).sum(axis=1)
        kept = (1.0 - self.shrink) * exposure(rows)
        ratio = black_ratio(rows, self.traits.account) + kept * response
        last = slice(rows.starts[-2], rows.n_rows)
        errors = kept[last] * _response_errors(weighted[last], rows.sign[last], state)
        return OptionHedgeFit(
            model=self,
            panel=panel,
            ratios=ratio[:, None],
            sample_end=sample_end,
            errors=errors[:, None],
            state=state,
            detail=detail,
        )

    def _response(
        self,
        sums: dict[str, DailySums],
        probabilities: Array,
        state: _State,
        paths: dict[str, Array],
    ) -> VolatilityResponse:
        """Return the curve and the gain in sample."""
        kept = 1.0 - self.shrink
        remaining = {}
        for kind, one in sums.items():
            gram, moment = one.by_regime(probabilities)
            path = paths[kind]
            c = kept * (path[:-1] if len(path) > 1 else path)
            fitted = ((gram @ c[..., None])[..., 0] * c).sum(axis=1)
            remaining[kind] = one.squares - 2.0 * (moment * c).sum(axis=1) + fitted
        k = probabilities.shape[1]
        names = (None,) if state.regimes is None else tuple(state.regimes.regimes)
        squares = {kind: one.squares for kind, one in sums.items()}
        return VolatilityResponse(
            gains=gains_of(squares, remaining, probabilities, names),
            n_days=len(probabilities),
            coefficients={
                kind: kept * one.reshape(k, N_POWERS) for kind, one in state.coefficients.items()
            },
            covariances={kind: kept**2 * one.covariance for kind, one in state.equations.items()},
            regimes=names,
        )


def _response_errors(weighted: Array, signs: Array, state: _State) -> Array:
    """Return the standard error of the response of each row, (n_rows,)."""
    variance = np.zeros(len(weighted))
    for kind, sign in SIGNS.items():
        some = signs == sign
        if some.any():
            covariance = state.equations[kind].covariance
            variance[some] = ((weighted[some] @ covariance) * weighted[some]).sum(axis=1)
    return np.sqrt(variance)
