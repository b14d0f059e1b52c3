"""Standardized observations, so that a search does not depend on the scale of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.regimes.hmm.emissions import EstimatedEmissions
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class Units:
    """Location and scale of the observations.

    Attributes
    ----------
    center, scale : array (n_series,)
    """

    center: Array
    scale: Array

    @classmethod
    def from_observations(cls, observations: Array, *, common_scale: bool = False) -> Units:
        """Return means and standard deviations of what is observed.

        Parameters
        ----------
        observations : array (n_dates, n_series), with NaN for missing values
        common_scale : bool, whether all series are divided by the same number
        """
        # the functions for missing values copy the observations
        missing = bool(np.isnan(observations).any())
        variances = np.nanvar(observations, axis=0) if missing else observations.var(axis=0)
        if common_scale:
            variances = np.full_like(variances, variances.mean())
        means = np.nanmean(observations, axis=0) if missing else observations.mean(axis=0)
        return cls(means, np.sqrt(variances))

    def standardize(self, observations: Array) -> Array:
        """Return standardized observations, (n_dates, n_series)."""
        return np.asarray((observations - self.center) / self.scale)

    def log_jacobian(self, observations: Array) -> float:
        """Return the log Jacobian of the standardization.

        The log-likelihood of the observations is that of standardized observations minus this.
        """
        n_values = (~np.isnan(observations)).sum(axis=0)
        return float(n_values @ np.log(self.scale))

    def standardize_emissions(self, emissions: EstimatedEmissions) -> EstimatedEmissions:
        """Return the emissions of standardized observations."""
        means, covariances = emissions.moments
        unit_means = (means - self.center) / self.scale
        unit_covariances = covariances / np.outer(self.scale, self.scale)
        return emissions.with_moments(unit_means, unit_covariances, emissions.degrees_of_freedom)

    def unstandardize_emissions(self, emissions: EstimatedEmissions) -> EstimatedEmissions:
        """Return emissions in the units of the observations."""
        unit_means, unit_covariances = emissions.moments
        means = self.center + self.scale * unit_means
        covariances = unit_covariances * np.outer(self.scale, self.scale)
        return emissions.with_moments(means, covariances, emissions.degrees_of_freedom)
