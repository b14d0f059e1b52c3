"""Entrants of the study: single models, combinations without regimes, and models of regimes."""

from __future__ import annotations

from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.covariance.regime_switching.regime_correlation import RegimeCorrelation
from hedgeresearch.covariance.regime_switching.regime_dcc import RegimeDCC
from hedgeresearch.hedges.composed.combined import CombinedHedge
from hedgeresearch.hedges.composed.regime_weighted import RegimeWeightedHedge
from hedgeresearch.hedges.composed.shrunk import ShrunkHedge
from hedgeresearch.hedges.kalman.hedge import KalmanHedge
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.regime_switching.features import PairFeatures, StandardizedReturns
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.regimes.hmm.gaussian import GaussianHMM
from hedgeresearch.regimes.jump_model import JumpModel

REGIMES = GaussianHMM(2, n_starts=4)
EWMA = EWMACovariance(0.97)
DECAYS = (0.94, 0.97, 0.99)
FEATURE_WINDOW = 21
JUMP_PENALTY = 50.0

SINGLE = ("naive", "ols", "rolling OLS", "EWMA", "DCC", "Kalman")
"""Entrants that are one model."""
WITHOUT_REGIMES = (
    *SINGLE,
    "EWMA toward naive",
    "stacking",
    "decays stacked",
    "OLS and decays stacked",
)
"""Entrants without regimes."""
SAME_WITHOUT = {
    "regimes": "ols",
    "regimes, EWMA within": "EWMA",
    "regimes, DCC within": "DCC",
    "switching correlation": "DCC",
    "switching DCC": "DCC",
    "correlation regimes, EWMA within": "EWMA",
    "decay by regime": "decays stacked",
    "OLS and decays by regime": "OLS and decays stacked",
    "shrinkage by regime": "EWMA toward naive",
    "experts by regime": "stacking",
    "shrinkage by feature regimes": "EWMA toward naive",
    "shrinkage by jump regimes": "EWMA toward naive",
}
"""The model without regimes that each model of regimes is compared with."""


def entrants(window: int) -> dict[str, HedgeModel]:
    """Return all models by name, for a window of this many dates.

    ``walk_forward`` itself adds "naive" and "ols".
    """
    ewma: HedgeModel = MinimumVarianceHedge(EWMA)
    dcc: HedgeModel = MinimumVarianceHedge(DCC())
    kalman: HedgeModel = KalmanHedge()
    naive: HedgeModel = NaiveHedge()
    both = {"naive": naive, "EWMA": ewma}
    constant: dict[str, HedgeModel] = {"naive": naive, "OLS": OLSHedge()}
    three = {"naive": naive, "EWMA": ewma, "DCC": dcc}
    features = PairFeatures(FEATURE_WINDOW)
    by_decay: dict[str, HedgeModel] = {
        f"EWMA {one}": MinimumVarianceHedge(EWMACovariance(one)) for one in DECAYS
    }
    experts: dict[str, HedgeModel] = three | {"OLS": OLSHedge(), "Kalman": kalman}
    return {
        "rolling OLS": RollingOLSHedge(window // 4),
        "EWMA": ewma,
        "DCC": dcc,
        "Kalman": kalman,
        "EWMA toward naive": ShrunkHedge(ewma),
        "stacking": CombinedHedge(three, "stacking"),
        "decays stacked": CombinedHedge(by_decay, "stacking"),
        "OLS and decays stacked": CombinedHedge(constant | by_decay, "stacking"),
        "regimes": RegimeHedge(REGIMES),
        "regimes, EWMA within": RegimeHedge(REGIMES, covariance_model=EWMA),
        "regimes, DCC within": RegimeHedge(REGIMES, covariance_model=DCC()),
        "switching correlation": MinimumVarianceHedge(RegimeCorrelation()),
        "switching DCC": MinimumVarianceHedge(RegimeDCC()),
        "correlation regimes, EWMA within": RegimeHedge(
            REGIMES, covariance_model=EWMA, observe=StandardizedReturns()
        ),
        "decay by regime": RegimeWeightedHedge(by_decay, REGIMES),
        "OLS and decays by regime": RegimeWeightedHedge(
            constant | {"regimes": RegimeHedge(REGIMES)} | by_decay, REGIMES
        ),
        "shrinkage by regime": RegimeWeightedHedge(both, REGIMES),
        "experts by regime": RegimeWeightedHedge(experts, REGIMES),
        "shrinkage by feature regimes": RegimeWeightedHedge(both, REGIMES, observe=features),
        "shrinkage by jump regimes": RegimeWeightedHedge(
            both, JumpModel(penalty=JUMP_PENALTY), observe=features
        ),
    }
