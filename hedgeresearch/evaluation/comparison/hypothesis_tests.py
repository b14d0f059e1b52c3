"""What a test of two hedges found."""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, repr=False)
class PairedTest:
    """A test that a hedge is no better and no worse than a benchmark.

    Attributes
    ----------
    name : str, of the test
    statistic : float, positive where the hedge is better, if the distribution has two sides
    p_value : float, small when they differ; 1 when the two are the same
    distribution : str, of the statistic if they do not differ
    difference : float, mean loss (or variance) of the benchmark less that of the hedge
    """

    name: str
    statistic: float
    p_value: float
    distribution: str
    difference: float

    def __repr__(self) -> str:
        return f"PairedTest({self.name}: {self.distribution} = {self.statistic:.2f}, p = {self.p_value:.3g})"
