"""Every model in one table: what it is, where it comes from, what it needs and costs, and when it is the right one."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd


class ModelEntry(NamedTuple):
    """A row of the table."""

    model: str
    family: str
    source: str
    needs: str
    several: bool
    milliseconds: float
    when: str


MODELS = (
    # --- hedges: a constant ratio ---
    ModelEntry("NaiveHedge", "benchmark", "-", "returns", True, 1, "the same thing in two forms; the bar to clear"),
    ModelEntry("OLSHedge", "regression", "Ederington 1979", "returns", True, 1, "a stable relation; the benchmark of all others"),
    ModelEntry("DimsonHedge", "regression", "Dimson 1979", "returns", True, 2, "closes that are not simultaneous"),
    ModelEntry("HorizonHedge", "regression", "Hansen and Hodrick 1980", "returns", True, 3, "a hedge held for weeks, estimated from days"),
    ModelEntry("TotalLeastSquaresHedge", "regression", "Golub and Van Loan 1980", "returns", True, 1, "hedge prices with errors of their own, such as marks or indications"),
    ModelEntry("QuantileHedge", "regression", "Koenker and Bassett 1978", "returns", True, 5, "outliers that should not decide (q = .5), or a tail that should"),
    # --- hedges: from prices ---
    ModelEntry("ErrorCorrectionHedge", "prices", "Engle and Granger 1987", "prices", True, 15, "cointegrated pairs such as spot and future, hedged for a day or a week"),
    ModelEntry("VECMHedge", "prices", "Johansen 1991", "prices", True, 8, "the same with several hedges and several relations"),
    ModelEntry("CointegrationHedge", "prices", "Engle and Granger 1987; Phillips and Hansen 1990", "prices", True, 60, "a hedge held until prices have come together again"),
    # --- hedges: other aims ---
    ModelEntry("MeanVarianceHedge", "other aims", "Hsin, Kuo and Lee 1994", "returns", True, 1, "a view on the hedge's own return"),
    ModelEntry("MinimumCVaRHedge", "other aims", "Rockafellar and Uryasev 2000", "returns", True, 6, "large losses matter, not variance"),
    ModelEntry("LowerPartialMomentHedge", "other aims", "Fishburn 1977", "returns", True, 2, "losses below a target matter, gains do not"),
    # --- hedges: a moving ratio ---
    ModelEntry("RollingOLSHedge", "moving", "Ederington 1979", "returns", True, 1, "a relation that drifts, without a model of how"),
    ModelEntry("ExpandingOLSHedge", "moving", "Ederington 1979", "returns", True, 2, "a stable relation, learnt as data come"),
    ModelEntry("WeightedOLSHedge", "moving", "J.P. Morgan/Reuters 1996", "returns", True, 1, "a relation that drifts; no window to choose the edge of"),
    ModelEntry("KalmanHedge", "moving", "Harvey 1989", "returns", True, 6, "a relation that drifts at a speed to be estimated"),
    ModelEntry("MinimumVarianceHedge", "moving", "Ederington 1979; Kroner and Sultan 1993", "returns", True, 6, "volatilities or correlations that cluster; takes any covariance model"),
    ModelEntry("RegimeHedge", "moving", "Hamilton 1994", "returns", True, 300, "calm and turbulent periods with ratios of their own; takes any regime model"),
    ModelEntry("MarkovSwitchingHedge", "moving", "Alizadeh and Nomikos 2004", "returns", True, 120, "a regression that switches between a few states"),
    # --- hedges: made of others ---
    ModelEntry("ShrunkHedge", "composed", "Thompson 1968", "as its model", True, 4, "short samples, where an estimate is mostly noise"),
    ModelEntry("CombinedHedge", "composed", "Bates and Granger 1969", "returns", True, 7, "several models, none clearly best"),
    ModelEntry("ConstrainedHedge", "composed", "Markowitz 1956", "as its model", True, 6, "limits on size, direction, number or exposures; index tracking"),
    # --- covariance models ---
    ModelEntry("SampleCovariance", "covariance", "Ledoit and Wolf 2004, 2020", "returns", True, 0.3, "no dynamics; shrunk for many series"),
    ModelEntry("RollingCovariance", "covariance", "J.P. Morgan/Reuters 1996", "returns", True, 0.2, "drift without a model"),
    ModelEntry("EWMACovariance", "covariance", "J.P. Morgan/Reuters 1996", "returns", True, 0.2, "volatility clusters; nothing to estimate; hard to beat"),
    ModelEntry("CCC", "covariance", "Bollerslev 1990", "returns", True, 4, "volatilities move, correlations do not"),
    ModelEntry("DCC", "covariance", "Engle 2002", "returns", True, 5, "correlations move, too; from two to a thousand series"),
    ModelEntry("DECO", "covariance", "Engle and Kelly 2012", "returns", True, 8, "many similar series with one correlation"),
    ModelEntry("BEKK", "covariance", "Engle and Kroner 1995", "returns", True, 10, "two or three series that drive each other's variances"),
    ModelEntry("OrthogonalGARCH", "covariance", "Alexander 2001", "returns", True, 5, "many series with few factors"),
    ModelEntry("RegimeCorrelation", "covariance", "Pelletier 2006", "returns", True, 200, "correlations that jump between a few levels"),
    ModelEntry("GARCH", "volatility", "Bollerslev 1986", "returns", False, 1, "the volatility of one series, or of each series in CCC, DCC, DECO"),
    ModelEntry("ArchModel", "volatility", "package arch", "returns", False, 20, "any other specification of such a volatility"),
    # --- regime models ---
    ModelEntry("GaussianHMM", "regimes", "Hamilton 1989", "returns", True, 300, "regimes of all series' covariances; the default"),
    ModelEntry("StudentHMM", "regimes", "Peel and McLachlan 2000", "returns", True, 250, "the same when single outliers make regimes of their own"),
    ModelEntry("MarkovSwitching", "regimes", "Hamilton 1989", "returns", False, 3000, "regimes of one series' mean and variance"),
    ModelEntry("MarkovSwitchingGARCH", "regimes", "Haas, Mittnik and Paolella 2004", "returns", False, 400, "regimes of one series with GARCH variances in each"),
    ModelEntry("JumpModel", "regimes", "Shu, Yu and Mulvey 2024", "returns", True, 10, "few, long regimes, with a price on each change"),
    ModelEntry("ThresholdRegimes", "regimes", "-", "returns", True, 4, "a rule that everybody understands"),
)  # fmt: skip


def list_models() -> pd.DataFrame:
    """A row a model: family, source, what it needs, whether several hedges (or series), the cost of a fit, and its use.

    The cost is that of a fit on 1000 dates of two series (for ``MinimumVarianceHedge`` of ``DCC()``, for ``RegimeHedge``
    of ``GaussianHMM(2)``), in milliseconds on one core, for the order of magnitude.

    Examples
    --------
    >>> list_models().loc["KalmanHedge", "when it is the right one"]
    'a relation that drifts at a speed to be estimated'
    """
    table = pd.DataFrame(MODELS).set_index("model")
    return table.rename(
        columns={
            "several": "several hedges",
            "milliseconds": "fit of 1000 dates, ms",
            "when": "when it is the right one",
        }
    )
