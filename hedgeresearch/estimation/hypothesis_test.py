"""One result class for every hypothesis test."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import full_percent
from hedgeresearch._shown_table import ShownTable
from hedgeresearch._validation.probabilities import check_size
from hedgeresearch.errors import DataError

DEFAULT_SIZE = 0.05
"""Size of the test for which the verdict is shown."""


@exported_by("hedgeresearch.estimation")
@dataclass(frozen=True)
class NullDistribution:
    """Distribution of a test statistic if the null hypothesis is true, such as F(2, 300).

    Attributes
    ----------
    family : str, "t", "F" or "chi-squared"; another one in words, such as "stationary bootstrap"
    degrees_of_freedom : tuple of float, in the usual order; empty for a family without any

    Examples
    --------
    >>> from hedgeresearch.estimation import NullDistribution
    >>> str(NullDistribution("F", (2, 300)))
    'F(2, 300)'
    """

    family: str
    degrees_of_freedom: tuple[float, ...] = ()

    def __str__(self) -> str:
        if not self.degrees_of_freedom:
            return self.family
        degrees = ", ".join(f"{value:.10g}" for value in self.degrees_of_freedom)
        return f"{self.family}({degrees})"


@exported_by("hedgeresearch.estimation")
@dataclass(frozen=True, repr=False)
class HypothesisTest:
    """Result of a hypothesis test.

    Attributes
    ----------
    name : str, of the test
    null : str, the null hypothesis in words, such as "equal variances"
    statistic : float; infinite where the data contradict the null hypothesis with certainty, as an
        exact relation between series does
    p_value : float, probability of a statistic at least as extreme if the null hypothesis is true;
        NaN where only critical values are known
    distribution : NullDistribution, of the statistic if the null hypothesis is true
    critical_values : mapping of float by size of the test, such as {0.05: -3.34}; the null
        hypothesis is rejected where the statistic is farther from zero than the critical value, on
        the same side
    details : mapping of further numbers by name, such as the number of observations

    Examples
    --------
    >>> distribution = NullDistribution("F", (2, 300))
    >>> test = HypothesisTest("Wald", "every ratio is 1", 3.5, 0.03, distribution)
    >>> test
    HypothesisTest(Wald: F(2, 300) = 3.50, p = 0.03; every ratio is 1: rejected at 5%)
    >>> test.rejects(size=0.01)
    False
    """

    name: str
    null: str
    statistic: float
    p_value: float
    distribution: NullDistribution
    critical_values: Mapping[float, float] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "critical_values", FrozenMapping(self.critical_values))
        object.__setattr__(self, "details", FrozenMapping(self.details))

    def __repr__(self) -> str:
        return f"HypothesisTest({self.name}: {self._result}; {self._verdict})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html()}"

    @property
    def summary(self) -> pd.DataFrame:
        """Every field and detail of the test in a row of its own.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
        >>> fit.wald_test(1.0).summary
                                   Wald
        null hypothesis  the ratio is 1
        statistic             94.830898
        distribution          F(1, inf)
        p                           0.0
        """
        rows: dict[str, Any] = {
            "null hypothesis": self.null,
            "statistic": self.statistic,
            "distribution": str(self.distribution),
        }
        if not math.isnan(self.p_value):
            rows["p"] = self.p_value
        for size, value in self.critical_values.items():
            rows[f"critical value at {full_percent(size)}"] = value
        return ShownTable(pd.Series(rows | dict(self.details), name=self.name).to_frame())

    def rejects(self, size: float = DEFAULT_SIZE) -> bool:
        """Return whether the null hypothesis is rejected by a test of this size.

        A critical value of this size is used where there is one, and the p-value otherwise.

        Parameters
        ----------
        size : float in (0, 0.5], probability of rejecting a true null hypothesis

        Raises
        ------
        DataError
            If there is neither a p-value nor a critical value of this size.
        """
        check_size(size)
        if size in self.critical_values:
            critical = self.critical_values[size]
            return self.statistic < critical if critical < 0.0 else self.statistic > critical
        if math.isnan(self.p_value):
            raise DataError(
                f"size must be one of {list(self.critical_values)}, the sizes with a critical "
                f"value; got {size!r}. The {self.name} test has no p-value."
            )
        return self.p_value < size

    @property
    def _result(self) -> str:
        """Statistic, and p-value or critical value, as papers print them."""
        if math.isinf(self.statistic):
            return "exact relation, nothing to test"
        result = f"{self.distribution} = {self.statistic:.2f}"
        if not math.isnan(self.p_value):
            return f"{result}, p = {self.p_value:.3g}"
        values = [
            f"{value:.2f} at {full_percent(size)}" for size, value in self.critical_values.items()
        ]
        return f"{result}, critical value {', '.join(values)}"

    @property
    def _verdict(self) -> str:
        """The null hypothesis, and whether it is rejected at 5%."""
        if math.isnan(self.p_value) and DEFAULT_SIZE not in self.critical_values:
            return f"null hypothesis: {self.null}"
        verdict = "rejected" if self.rejects() else "not rejected"
        return f"{self.null}: {verdict} at {full_percent(DEFAULT_SIZE)}"
