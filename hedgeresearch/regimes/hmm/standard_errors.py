r"""Estimates of hidden Markov models: names, robust standard errors, and those of the hedge ratios of the regimes.

The influence of a date on the parameters, :math:`A^{-1} s_t`, is taken with scores and Hessian of the filter's
log-likelihood by date in coordinates without units: means move by :math:`L m`, covariances as :math:`L (I + E) L'` with
:math:`\Sigma = L L'`, rows of the transition by log odds, degrees of freedom by their logarithm. The covariance is the
sandwich of White (1982), Econometrica 50, eq. 3.3. Transition probabilities and degrees of freedom on a bound are held,
and so is the distribution of the first date.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.hidden_markov import expected_regimes
from hedgeresearch.errors import ConvergenceWarning, DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.regimes.fit import RegimeFit, start_fit
from hedgeresearch.regimes.hmm.em import Parameters, Run, Units
from hedgeresearch.regimes.hmm.emissions import (
    FEWEST_DEGREES,
    MOST_DEGREES,
    EstimatedEmissions,
    Structure,
)
from hedgeresearch.regimes.markov_chain import transition_parameters, zero_transitions
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.typing import Array

HARDLY_EVER = 0.01
"""Moves expected in the whole sample below which a transition probability counts as zero."""
STEP = 0.03
"""Steps of differences, in standard errors of a parameter were the regimes known."""


def finish_fit(
    model: Any,
    frame: pd.DataFrame,
    found: Run,
    ends: Array | None,
    units: Units,
    prior: float,
    *,
    allow_missing: bool = False,
) -> RegimeFit:
    """The fit of what a search found; ``ends`` are the log-likelihoods of its starts, None if there was one climb."""
    volume = units.log_volume(frame.to_numpy())
    parameters = found.parameters._replace(
        emissions=units.restore(found.parameters.emissions)
    ).numbered()
    chain, log_likelihood = HiddenMarkovChain(*parameters), found.log_likelihood - volume
    log_densities = parameters.emissions.log_densities(frame.to_numpy())
    visits = expected_regimes(log_densities, parameters.transition, parameters.first)[0].sum(axis=0)
    estimates = Estimates(
        values=named_parameters(parameters, [str(name) for name in frame.columns]),
        n_dates=len(frame),
        log_likelihood=log_likelihood,
        n_targets=len(visits) - 1,  # the distribution of the first date
        bounds=parameter_bounds(parameters, visits),
        inference=HMMInference(parameters, frame.to_numpy(), visits, prior),
    )
    fit = start_fit(
        model,
        frame,
        chain,
        estimates,
        np.array([log_likelihood]) if ends is None else ends - volume,
        allow_missing=allow_missing,
    )
    if not found.converged:
        warnings.warn(
            f"EM should stop gaining within {len(found.history)} steps; the last still raised the log-likelihood by "
            f"{found.history[-1] - found.history[-2]:.1e}. Use fewer regimes or more dates.",
            ConvergenceWarning,
            stacklevel=3,
        )
    return fit


def named_parameters(parameters: Parameters, series: list[str]) -> dict[ParameterName, float]:
    """Return means, covariances, degrees of freedom and transition probabilities by name.

    The last probability of each row of the transition follows from the others.
    """
    emissions, transition, _ = parameters
    means, covariances = emissions.moments
    named = {}
    for regime, mean in enumerate(means):
        for i, name in enumerate(series):
            named[ParameterName(f"mean {name}", (regime,))] = float(mean[i])
    for regime, covariance in enumerate(covariances):
        for label, value in _free_covariances(covariance, series, emissions.structure):
            named[ParameterName(label, (regime,))] = float(value)
    for regime, nu in enumerate(emissions.degrees_of_freedom):
        named[ParameterName("nu", (regime,))] = float(nu)
    return named | transition_parameters(transition)


def _free_covariances(
    covariance: Array, series: list[str], structure: Structure
) -> Iterator[tuple[str, float]]:
    """Yield the labels and values of the elements that a structure leaves free."""
    if structure == "spherical":
        yield "variance", covariance[0, 0]
        return
    for i, row in enumerate(series):
        columns = [i] if structure == "diagonal" else range(i + 1)
        for j in columns:
            yield f"cov {row} {series[j]}", covariance[i, j]


def parameter_bounds(parameters: Parameters, visits: Array) -> tuple[Bound, ...]:
    """Return transition probabilities of zero and degrees of freedom at the ends of their range."""
    bounds = zero_transitions(parameters.transition * visits[:, None], HARDLY_EVER)
    for regime, nu in enumerate(parameters.emissions.degrees_of_freedom):
        if not _inside(nu):
            bounds += (Bound(ParameterName("nu", (regime,)), float(nu)),)
    return bounds


@dataclass(frozen=True, eq=False)
class HMMInference:
    """Sandwich covariance of the parameters of a hidden Markov chain, computed when asked.

    Attributes
    ----------
    parameters : Parameters, those of the first date included
    observations : array (n_dates, n_series), of the estimation sample
    visits : array (k,), expected number of dates in each regime
    persistence : float, pseudo-counts of the prior on staying
    """

    parameters: Parameters
    observations: Array
    visits: Array
    persistence: float = 0.0

    def covariance(self) -> Array:
        """Covariance of the parameters in the order of ``named_parameters``; NaN for those on a bound."""
        origin = np.zeros(len(self._steps))
        by_date = parameter_influence(
            self._scores(origin),
            -numerical_hessian(
                lambda x: self._scores(x).mean(axis=0), origin, self._steps, range(len(origin))
            ),
            np.eye(len(origin)),
        )
        names = [str(i) for i in range(self.observations.shape[1])]

        def values(point: Array) -> Array:
            return np.array(list(named_parameters(self._at(point), names).values()))

        moved = [
            (values(step) - values(-step)) / (2.0 * step.sum()) for step in np.diag(self._steps)
        ]
        return covariance_from_influence(by_date @ np.stack(moved))

    def _scores(self, point: Array) -> Array:
        """Central differences of the log-likelihood (or log-posterior) of each date, (n_dates, n_coordinates)."""
        rises = [
            self._by_date(point + step) - self._by_date(point - step)
            for step in np.diag(self._steps)
        ]
        return np.stack(rises, axis=1) / (2.0 * self._steps)

    def _by_date(self, point: Array) -> Array:
        moved = self._at(point)
        by_date = HiddenMarkovChain(*moved).filter(self.observations).log_likelihood
        if self.persistence:
            by_date = by_date + self.persistence * np.log(np.diag(moved.transition)).sum() / len(
                by_date
            )
        return by_date

    @cached_property
    def _steps(self) -> Array:
        """Steps of the differences in each coordinate: means, covariances, degrees of freedom, transition."""
        emissions, transition, _ = self.parameters
        n = self.observations.shape[1]
        by_regime = STEP / np.sqrt(self.visits)
        rows = [
            STEP / np.sqrt(self.visits[i] * transition[i, j])
            for i, free in self._rows
            for j in free
        ]
        parts = [
            np.repeat(by_regime, n),
            np.repeat(by_regime, len(_directions(emissions, n))),
            by_regime[self._free_degrees],
            np.array(rows),
        ]
        return np.concatenate(parts)

    @cached_property
    def _free_degrees(self) -> Array:
        """Regimes whose degrees of freedom are between their bounds."""
        degrees = self.parameters.emissions.degrees_of_freedom
        return np.array([s for s, nu in enumerate(degrees) if _inside(nu)], dtype=int)

    @cached_property
    def _rows(self) -> list[tuple[int, list[int]]]:
        """Of each row of the transition, what can move: all that happens but the likeliest, which follows."""
        expected = self.parameters.transition * self.visits[:, None]
        return [
            (i, [j for j in range(len(row)) if row[j] >= HARDLY_EVER and j != row.argmax()])
            for i, row in enumerate(expected)
        ]

    def _at(self, point: Array) -> Parameters:
        """The parameters at a point of the coordinates, whose origin is the estimate."""
        emissions, transition, first = self.parameters
        means, covariances = emissions.moments
        (k, n), directions = means.shape, _directions(emissions, means.shape[1])
        degrees, transition, coordinates = (
            emissions.degrees_of_freedom.copy(),
            transition.copy(),
            iter(point),
        )
        roots = np.linalg.cholesky(covariances)
        means = means + np.einsum("kij,kj->ki", roots, _take(coordinates, k * n).reshape(k, n))
        shape = np.eye(n) + np.tensordot(
            _take(coordinates, k * len(directions)).reshape(k, -1), directions, axes=1
        )
        for s in self._free_degrees:
            degrees[s] *= np.exp(next(coordinates))
        for i, free in self._rows:
            moved = [*free, int(self.parameters.transition[i].argmax())]
            odds = transition[i, moved] * np.exp(np.append(_take(coordinates, len(free)), 0.0))
            transition[i, moved] = odds * transition[i, moved].sum() / odds.sum()
        return Parameters(
            emissions.at(means, roots @ shape @ roots.swapaxes(1, 2), degrees), transition, first
        )


@exported_by("hedgeresearch.regimes")
def regime_ratio_errors(fit: RegimeFit, asset: str, hedges: list[str]) -> pd.DataFrame:
    """Standard errors of the minimum-variance ratios of asset on hedges in each regime, (k, n_hedges).

    By the delta method: the ratio b = S_hh^-1 S_ha moves by S_hh^-1 (dS_ha - dS_hh b).

    Raises
    ------
    DataError
        If a series is unknown, or the fit holds no covariances of all series with standard errors.
    """
    unknown = [name for name in (asset, *hedges) if name not in fit.series]
    if unknown or asset in hedges:
        raise DataError(
            f"asset and hedges must be different series of {list(fit.series)}; got {asset!r} and {hedges}."
        )
    sampling, series = fit.estimates.covariance, list(fit.series)
    errors = np.empty((fit.n_regimes, len(hedges)))
    for regime, covariance in enumerate(fit.final_state.moments.covariances):
        table = pd.DataFrame(covariance, series, series)
        inverse = np.linalg.inv(table.loc[hedges, hedges])
        ratio = inverse @ table.loc[hedges, asset]
        names, moves = [], []
        for i, row in enumerate(series):
            for column in series[: i + 1]:
                moved = pd.DataFrame(0.0, series, series)
                moved.loc[row, column] = moved.loc[column, row] = 1.0
                names.append(f"cov {row} {column} [{regime}]")
                moves.append(
                    inverse @ (moved.loc[hedges, asset] - moved.loc[hedges, hedges] @ ratio)
                )
        if sampling is None or not set(names) <= set(sampling.index):
            raise DataError(
                f"fit must hold the covariances of all series and their standard errors; got {fit!r}. "
                'Take GaussianHMM(covariance="full") or StudentHMM.'
            )
        jacobian = np.stack(moves, axis=1)
        errors[regime] = np.sqrt(
            np.diag(jacobian @ sampling.loc[names, names].to_numpy() @ jacobian.T)
        )
    return pd.DataFrame(errors, index=fit.regimes, columns=hedges)


def _inside(degrees_of_freedom: float) -> bool:
    return FEWEST_DEGREES < degrees_of_freedom < MOST_DEGREES


def _directions(emissions: EstimatedEmissions, n: int) -> Array:
    """Symmetric matrices along which a standardised covariance can move, (n_directions, n, n)."""
    if emissions.structure == "spherical":
        return np.eye(n)[None]
    if emissions.structure == "diagonal":
        return np.stack([np.diag(row) for row in np.eye(n)])
    units = [np.outer(np.eye(n)[i], np.eye(n)[j]) for i in range(n) for j in range(i + 1)]
    return np.stack([0.5 * (unit + unit.T) for unit in units])


def _take(coordinates: Iterator[float], n: int) -> Array:
    return np.array([next(coordinates) for _ in range(n)])
