r"""Sampling errors of the ratios of hidden Markov models, by the delta method.

The next ratio is a function of the parameters of the chain: through the covariances of the regimes,
and through the probabilities of the next date, which the filter makes of all dates so far. The
influence of an observation on it is

.. math:: i^b_t = \sum_j \frac{\partial b}{\partial \theta_j} \, i^j_t

with the influences on the parameters of ``estimation.influence`` and the derivatives that the
filter carries from date to date. Where the regimes do not estimate the covariances of asset and
hedges, these are weighted moments, and an observation has an influence on them of its own:

.. math:: n \frac{w_{tk}}{\sum_s w_{sk}} \big( (r_t - \mu_k)(r_t - \mu_k)' - \Sigma_k \big)

(Newey and McFadden 1994, Handbook of Econometrics 4, section 6). Influences are summed with the
weights of Newey and West (1987).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch.estimation.influence import long_run_covariance
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.hedges.regime_switching.breakdown import Weighting
from hedgeresearch.hedges.regime_switching.regression_sample import RegressionSample
from hedgeresearch.regimes.hmm.chain_values import ChainValues
from hedgeresearch.regimes.markov_switching.standard_errors import SwitchingErrors
from hedgeresearch.regimes.mixture import mixture_covariance, weighted_moments
from hedgeresearch.regimes.state import HiddenMarkovChain, Moments
from hedgeresearch.typing import Array, Indices


class ChainErrors(Protocol):
    """Errors of estimates that know the influence of each date on functions of the chain."""

    def influence_through(
        self, function: Callable[[ChainValues], Array], observations: Array
    ) -> Array:
        """Return the influence (n_dates, p) on a function of what the chain is after dates."""


@dataclass(frozen=True, eq=False)
class MixtureErrors:
    """Errors of the next ratio of a mixture whose regimes estimate all covariances.

    Attributes
    ----------
    estimates : ChainErrors
        Errors of the parameters of the regimes.
    weighting : {"mixture", "most_likely"}
        As in RegimeHedge; the most likely regime is taken as given.
    """

    estimates: ChainErrors
    weighting: Weighting

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        seen = fit.sample.rows.values

        def next_ratio(values: ChainValues) -> Array:
            return mixture_ratio(values.next_probabilities, values.moments, self.weighting)

        return long_run_covariance(self.estimates.influence_through(next_ratio, seen))

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return infinity."""
        return np.inf


@dataclass(frozen=True, eq=False)
class WeightedMomentErrors:
    """Errors of the next ratio of a mixture of moments that are weighted by probabilities.

    Attributes
    ----------
    estimates : ChainErrors
        Errors of the parameters of the regimes.
    weighting : {"mixture", "most_likely"}
        As in RegimeHedge; the most likely regime is taken as given.
    observed : array (m,)
        Columns of asset and hedges from which the regimes are estimated.
    chain : HiddenMarkovChain
        Estimated chain before the sample.
    """

    estimates: ChainErrors
    weighting: Weighting
    observed: Indices
    chain: HiddenMarkovChain

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        seen = fit.sample.rows.values
        sample = seen[: fit.sample.n_estimation]

        observed = np.ascontiguousarray(seen[:, self.observed])

        def next_ratio(values: ChainValues) -> Array:
            moments = weighted_moments(sample, values.filtered[: len(sample)])
            return mixture_ratio(values.next_probabilities, moments, self.weighting)

        through_regimes = self.estimates.influence_through(next_ratio, observed)
        filtered = self.chain.filter(observed)
        weights = filtered.filtered[: len(sample)]
        direct = moment_influence(sample, weights, filtered.predicted[-1], self.weighting)
        return long_run_covariance(through_regimes + direct)

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return infinity."""
        return np.inf


@dataclass(frozen=True, eq=False)
class SwitchingRatioErrors:
    """Delta-method errors of the next ratio, the predicted mean of the regimes' coefficients.

    Attributes
    ----------
    estimates : SwitchingErrors
        Errors of the parameters.
    regression : RegressionSample
        Estimation sample with the probabilities of its first date, which are given.
    """

    estimates: SwitchingErrors
    regression: RegressionSample

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        point = self.estimates.point
        seen = self.regression.at_point(point, fit.sample.rows.values)
        coefficients = self.regression.split(point)[0]
        k, n_coefficients = coefficients.shape
        slopes = seen.next_slopes.T @ coefficients[:, 1:]
        for regime in range(k):
            own = slice(regime * n_coefficients + 1, (regime + 1) * n_coefficients)
            slopes[own] += seen.next_probabilities[regime] * np.eye(n_coefficients - 1)
        return long_run_covariance(self.estimates.influence_on(slopes))

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return infinity."""
        return np.inf


def mixture_ratio(probabilities: Array, moments: Moments, weighting: Weighting) -> Array:
    """Return the ratio (n_hedges,) for probabilities (k,) of the regimes."""
    if weighting == "most_likely":
        probabilities = np.eye(len(probabilities))[probabilities.argmax()]
    covariance = mixture_covariance(probabilities[None], moments.means, moments.covariances)
    ratios, _ = minimum_variance_ratios(covariance)
    return np.asarray(ratios[0])


def moment_influence(
    returns: Array, weights: Array, probabilities: Array, weighting: Weighting
) -> Array:
    """Return the influence of each date on the ratio through weighted moments, (n_dates, n_hedges).

    The ratio b moves by H_hh^-1 (dH_ha - dH_hh b), and the covariance H of the mixture with the
    mean and the covariance of each regime; the weights are given.

    Parameters
    ----------
    returns : array (n_dates, 1 + n_hedges), of asset and hedges
    weights : array (n_dates, k), filtered probabilities
    probabilities : array (k,), of the next date
    weighting : {"mixture", "most_likely"}
    """
    if weighting == "most_likely":
        probabilities = np.eye(len(probabilities))[probabilities.argmax()]
    means, covariances = weighted_moments(returns, weights)
    mixture = mixture_covariance(probabilities[None], means, covariances)[0]
    ratio = np.linalg.solve(mixture[1:, 1:], mixture[1:, 0])
    position = np.append(1.0, -ratio)
    moved = np.zeros((len(returns), len(ratio)))
    for k, p in enumerate(probabilities):
        between = means[k] - probabilities @ means
        errors = returns - means[k]
        hedged = errors @ position
        # (dH_ha - dH_hh b) = dH_h. (1, -b), with dH = e e' - Sigma + d e' + e d'
        change = errors[:, 1:] * (hedged + between @ position)[:, None]
        change += hedged[:, None] * between[1:] - covariances[k][1:] @ position
        share = len(returns) * p * weights[:, k] / weights[:, k].sum()
        moved += share[:, None] * change
    return np.asarray(moved @ np.linalg.inv(mixture[1:, 1:]))
