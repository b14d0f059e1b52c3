"""Table of all models: family, source, input, cost of a fit and when to use each."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import pandas as pd

from hedgeresearch._shown_table import ShownTable, terminal_width

WIDE = 240
"""Letters in a line of a terminal that shows the whole table."""


OPTION_HEDGES = "hedges of options"
"""Family of the hedges that are fitted to an option panel, ``hr.hedges.DeltaHedge`` and others."""


class ModelEntry(NamedTuple):
    """One row of the table.

    Attributes
    ----------
    model : str, name of the class
    family : str
    source : str, paper or package
    needs : {"returns", "prices", "panel", "as its model"}
    several : bool, whether it accepts several hedges (or series)
    milliseconds : float, cost of a fit of 1000 dates
    when : str, when to use it
    """

    model: str
    family: str
    source: str
    needs: str
    several: bool
    milliseconds: float
    when: str


MODELS = (
    # --- hedges: a constant ratio ---
    ModelEntry("NaiveHedge", "benchmark", "-", "returns", True, 1, "asset and hedge are the same good in two forms; the benchmark to beat"),
    ModelEntry("OLSHedge", "regression", "Ederington 1979", "returns", True, 1, "the relation is stable; the benchmark of all other models"),
    ModelEntry("DimsonHedge", "regression", "Dimson 1979", "returns", True, 2, "closing prices are not simultaneous"),
    ModelEntry("HorizonHedge", "regression", "Hansen and Hodrick 1980", "returns", True, 3, "the hedge is held for weeks but estimated from daily returns"),
    ModelEntry("TotalLeastSquaresHedge", "regression", "Golub and Van Loan 1980", "returns", True, 1, "hedge prices have errors of their own, such as marks or indications"),
    ModelEntry("QuantileHedge", "regression", "Koenker and Bassett 1978", "returns", True, 5, "outliers should not decide (q = 0.5), or a tail should"),
    # --- hedges: from prices ---
    ModelEntry("ErrorCorrectionHedge", "prices", "Engle and Granger 1987", "prices", True, 15, "prices are cointegrated, such as spot and future, and the hedge is held for a day or a week"),
    ModelEntry("VECMHedge", "prices", "Johansen 1991", "prices", True, 8, "prices of several hedges are cointegrated, with one or more relations"),
    ModelEntry("CointegrationHedge", "prices", "Engle and Granger 1987; Phillips and Hansen 1990", "prices", True, 60, "the hedge is held until prices have returned to their long-run relation"),
    # --- hedges: other objectives ---
    ModelEntry("MeanVarianceHedge", "other objectives", "Hsin, Kuo and Lee 1994", "returns", True, 1, "there is a view on the hedge's own return"),
    ModelEntry("MinimumCVaRHedge", "other objectives", "Rockafellar and Uryasev 2000", "returns", True, 6, "large losses matter more than variance"),
    ModelEntry("LowerPartialMomentHedge", "other objectives", "Fishburn 1977", "returns", True, 2, "losses below a target matter and gains do not"),
    # --- hedges: a time-varying ratio ---
    ModelEntry("RollingOLSHedge", "time-varying", "Ederington 1979", "returns", True, 1, "the relation drifts, without a model of the drift"),
    ModelEntry("ExpandingOLSHedge", "time-varying", "Ederington 1979", "returns", True, 2, "the relation is stable and its estimate improves with every date"),
    ModelEntry("WeightedOLSHedge", "time-varying", "J.P. Morgan/Reuters 1996", "returns", True, 1, "the relation drifts and old dates should fade rather than drop out of a window"),
    ModelEntry("KalmanHedge", "time-varying", "Harvey 1989", "returns", True, 6, "the relation drifts at a speed to be estimated"),
    ModelEntry("MinimumVarianceHedge", "time-varying", "Ederington 1979; Kroner and Sultan 1993", "returns", True, 6, "volatilities or correlations cluster; accepts any covariance model"),
    ModelEntry("RegimeHedge", "time-varying", "Hamilton 1994", "returns", True, 300, "calm and turbulent periods have their own ratios; accepts any regime model"),
    ModelEntry("MarkovSwitchingHedge", "time-varying", "Alizadeh and Nomikos 2004", "returns", True, 120, "the regression itself switches between a few states"),
    # --- hedges: composed of others ---
    ModelEntry("ShrunkHedge", "composed", "Thompson 1968", "as its model", True, 4, "the sample is short and the estimate mostly noise"),
    ModelEntry("CombinedHedge", "composed", "Bates and Granger 1969", "returns", True, 7, "there are several models and none is clearly best"),
    ModelEntry("RegimeWeightedHedge", "composed", "Elliott and Timmermann 2005", "returns", True, 70, "which of several models is best depends on the regime; shrinks toward 1:1 by regime"),
    ModelEntry("ConstrainedHedge", "composed", "Markowitz 1956", "as its model", True, 6, "size, direction, number or exposures are limited"),
    ModelEntry("TrackingHedge", "composed", "Beasley, Meade and Chang 2003", "returns", True, 3, "an index is tracked by a basket of few instruments, with limited turnover"),
    # --- hedges of options, from a panel ---
    ModelEntry("DeltaHedge", OPTION_HEDGES, "Black 1976; Hagan et al. 2002", "panel", True, 1, "an option is hedged by the future, with a rule for the smile; the benchmark"),
    ModelEntry("HullWhiteDelta", OPTION_HEDGES, "Hull and White 2017", "panel", True, 20, "volatility moves with the price, as of equity indices and coins"),
    ModelEntry("FactorNeutralHedge", OPTION_HEDGES, "Hull 2012", "panel", True, 10, "vega or gamma are hedged as well, by other options"),
    # --- covariance models ---
    ModelEntry("SampleCovariance", "covariance", "Ledoit and Wolf 2004, 2020", "returns", True, 0.3, "there are no dynamics; shrinkage for many series"),
    ModelEntry("RollingCovariance", "covariance", "J.P. Morgan/Reuters 1996", "returns", True, 0.2, "covariances drift, without a model of the drift"),
    ModelEntry("EWMACovariance", "covariance", "J.P. Morgan/Reuters 1996", "returns", True, 0.2, "volatility clusters and nothing is to be estimated; hard to beat"),
    ModelEntry("CCC", "covariance", "Bollerslev 1990", "returns", True, 4, "volatilities change and correlations do not"),
    ModelEntry("DCC", "covariance", "Engle 2002", "returns", True, 5, "volatilities and correlations change; from two to a thousand series"),
    ModelEntry("DECO", "covariance", "Engle and Kelly 2012", "returns", True, 8, "many similar series share one correlation"),
    ModelEntry("BEKK", "covariance", "Engle and Kroner 1995", "returns", True, 10, "two or three series drive each other's variances"),
    ModelEntry("OrthogonalGARCH", "covariance", "Alexander 2001", "returns", True, 5, "many series have few common factors"),
    ModelEntry("RegimeCorrelation", "covariance", "Pelletier 2006", "returns", True, 50, "correlations jump between a few levels"),
    ModelEntry("RegimeDCC", "covariance", "Billio and Caporin 2005", "returns", True, 100, "correlations follow recent dates closely at some times and slowly at others"),
    # --- volatility models ---
    ModelEntry("GARCH", "volatility", "Bollerslev 1986", "returns", False, 1, "the volatility of one series clusters; also for each series in CCC, DCC and DECO"),
    ModelEntry("ArchModel", "volatility", "package arch", "returns", False, 20, "the volatility of one series needs another specification of the package arch"),
    # --- regime models ---
    ModelEntry("GaussianHMM", "regimes", "Hamilton 1989", "returns", True, 300, "the covariances of all series have regimes; the default"),
    ModelEntry("StudentHMM", "regimes", "Peel and McLachlan 2000", "returns", True, 250, "single outliers would otherwise form regimes of their own"),
    ModelEntry("MarkovSwitching", "regimes", "Hamilton 1989", "returns", False, 3000, "mean and variance of one series have regimes"),
    ModelEntry("MarkovSwitchingGARCH", "regimes", "Haas, Mittnik and Paolella 2004", "returns", False, 400, "one series has a GARCH variance in each of its regimes"),
    ModelEntry("JumpModel", "regimes", "Shu, Yu and Mulvey 2024", "returns", True, 10, "regimes should be few and long, with a penalty on each change"),
    ModelEntry("LabelledRegimes", "regimes", "Anderson and Goodman 1957", "returns", True, 4, "the regimes are known by date, such as recessions, or a VIX above 20"),
    ModelEntry("ThresholdRegimes", "regimes", "-", "returns", True, 4, "the rule must be easy to explain"),
)  # fmt: skip
"""All models, by family."""


class ModelTable(ShownTable):
    """The table of models, which a terminal shows by family with the advice in full."""

    def __repr__(self) -> str:
        if terminal_width() >= WIDE:
            return super().__repr__()
        indent = " " * (2 + max(map(len, self.index)) + 2)
        lines = []
        for family, models in self.groupby("family", sort=False):
            lines.append(str(family))
            for name, when in models["when to use it"].items():
                text = fill(when, terminal_width() - len(indent))
                lines.append(f"  {name:<{len(indent) - 2}}" + text.replace("\n", f"\n{indent}"))
        others = "source, needs, several hedges and the cost of a fit"
        return "\n".join([*lines, f"More columns: {others}."])


def list_models() -> pd.DataFrame:
    """List every model with its source, its input, the cost of a fit and when to use it.

    The cost is the order of magnitude for a fit of 1000 dates of two series, in milliseconds on one
    core (``MinimumVarianceHedge`` of ``DCC()``, ``RegimeHedge`` of ``GaussianHMM(2)``); of 36
    options a date for hedges of options, which are in ``hr.hedges``.

    Returns
    -------
    DataFrame
        One row per model: family, source, needs, several hedges, fit of 1000 dates, when to use it.

    Examples
    --------
    >>> list_models().loc["KalmanHedge", "when to use it"]
    'the relation drifts at a speed to be estimated'
    """
    table = pd.DataFrame(MODELS).set_index("model")
    return ModelTable(
        table.rename(
            columns={
                "several": "several hedges",
                "milliseconds": "fit of 1000 dates, ms",
                "when": "when to use it",
            }
        )
    )
