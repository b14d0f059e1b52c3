"""Correlation- and regime-aware hedge ratios: estimation, walk-forward evaluation and recommendation."""

from hedgeresearch import datasets
from hedgeresearch.covariance.arch_margin import ArchMargin
from hedgeresearch.covariance.bekk import BEKK
from hedgeresearch.covariance.ccc import CCC
from hedgeresearch.covariance.covariance_fit import CovarianceFit
from hedgeresearch.covariance.dcc import DCC
from hedgeresearch.covariance.deco import DECO
from hedgeresearch.covariance.diagnostics import ConstantCorrelationTest, engle_sheppard_test
from hedgeresearch.covariance.ewma import EWMACovariance
from hedgeresearch.covariance.garch import GARCH
from hedgeresearch.covariance.orthogonal_garch import OrthogonalGARCH
from hedgeresearch.covariance.regime_correlation import RegimeCorrelation
from hedgeresearch.covariance.rolling import RollingCovariance
from hedgeresearch.covariance.sample import SampleCovariance
from hedgeresearch.datasets import load
from hedgeresearch.errors import (
    ConvergenceError,
    ConvergenceWarning,
    DataError,
    DataWarning,
    HedgeResearchError,
    HedgeResearchWarning,
)
from hedgeresearch.evaluation.audit import CausalityCheck, check_causal
from hedgeresearch.evaluation.measures import effectiveness, hedged_returns
from hedgeresearch.evaluation.tournament import Tournament, walk_forward
from hedgeresearch.hedges.hedge_fit import HedgeFit
from hedgeresearch.hedges.markov_switching import MarkovSwitchingHedge
from hedgeresearch.hedges.minimum_variance import MinimumVarianceHedge
from hedgeresearch.hedges.naive import NaiveHedge
from hedgeresearch.hedges.ols import OLSHedge
from hedgeresearch.hedges.regime import RegimeHedge
from hedgeresearch.hedges.rolling_ols import RollingOLSHedge
from hedgeresearch.prices import read_prices
from hedgeresearch.recommendation.recommendation import Recommendation, recommend
from hedgeresearch.regimes.alignment import AlignedRegimes, align_regimes
from hedgeresearch.regimes.gaussian_hmm import GaussianHMM
from hedgeresearch.regimes.hmm_inference import regime_ratio_errors
from hedgeresearch.regimes.jump_model import JumpModel
from hedgeresearch.regimes.markov_switching import MarkovSwitching
from hedgeresearch.regimes.markov_switching_garch import MarkovSwitchingGARCH
from hedgeresearch.regimes.regime_fit import RegimeFit
from hedgeresearch.regimes.selection import RegimeSelection, select_regimes
from hedgeresearch.regimes.student_hmm import StudentHMM
from hedgeresearch.regimes.threshold import ThresholdRegimes
from hedgeresearch.returns import align, returns
from hedgeresearch.simulation import simulate_dcc, simulate_regimes

__version__ = "0.1.0"

__all__ = [
    "AlignedRegimes",
    "ArchMargin",
    "BEKK",
    "CCC",
    "CausalityCheck",
    "ConstantCorrelationTest",
    "ConvergenceError",
    "ConvergenceWarning",
    "CovarianceFit",
    "DCC",
    "DECO",
    "DataError",
    "DataWarning",
    "EWMACovariance",
    "GARCH",
    "GaussianHMM",
    "HedgeFit",
    "HedgeResearchError",
    "HedgeResearchWarning",
    "JumpModel",
    "MarkovSwitching",
    "MarkovSwitchingGARCH",
    "MarkovSwitchingHedge",
    "MinimumVarianceHedge",
    "NaiveHedge",
    "OLSHedge",
    "OrthogonalGARCH",
    "Recommendation",
    "RegimeCorrelation",
    "RegimeFit",
    "RegimeHedge",
    "RegimeSelection",
    "RollingCovariance",
    "RollingOLSHedge",
    "SampleCovariance",
    "StudentHMM",
    "ThresholdRegimes",
    "Tournament",
    "align",
    "align_regimes",
    "check_causal",
    "datasets",
    "effectiveness",
    "engle_sheppard_test",
    "hedged_returns",
    "load",
    "read_prices",
    "recommend",
    "regime_ratio_errors",
    "returns",
    "select_regimes",
    "simulate_dcc",
    "simulate_regimes",
    "walk_forward",
]
