"""Correlation- and regime-aware hedge ratios: estimation, walk-forward evaluation and recommendation."""

from hedgeresearch import datasets, plotting
from hedgeresearch._version import VERSION
from hedgeresearch.catalogue import models
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
    MissingDataError,
)
from hedgeresearch.evaluation.audit import CausalityCheck, check_causal
from hedgeresearch.evaluation.comparison import Comparison, compare_hedges
from hedgeresearch.evaluation.conditional import by_regime, by_year, in_worst_days
from hedgeresearch.evaluation.costs import Costs, cost_of, net_returns
from hedgeresearch.evaluation.difference_interval import DifferenceInterval, interval_of_difference
from hedgeresearch.evaluation.historical_simulation import historical_value_at_risk
from hedgeresearch.evaluation.measures import effectiveness, hedged_returns, variance
from hedgeresearch.evaluation.model_confidence_set import ModelConfidenceSet, model_confidence_set
from hedgeresearch.evaluation.paired_test import PairedTest
from hedgeresearch.evaluation.pitman_morgan import pitman_morgan
from hedgeresearch.evaluation.predictive_ability import diebold_mariano, giacomini_white
from hedgeresearch.evaluation.ratio_path import ratio_summary, trades, turnover
from hedgeresearch.evaluation.risk_adjusted import (
    exponential_certainty_equivalent,
    mean_variance_certainty_equivalent,
    sharpe,
)
from hedgeresearch.evaluation.risk_measures import (
    expected_shortfall,
    maximum_drawdown,
    semivariance,
    value_at_risk,
)
from hedgeresearch.evaluation.study import Study
from hedgeresearch.evaluation.superior_ability import SuperiorAbility, superior_ability
from hedgeresearch.evaluation.tournament import Tournament
from hedgeresearch.evaluation.value_at_risk_tests import (
    ValueAtRiskTest,
    christoffersen_test,
    conditional_coverage_test,
    dynamic_quantile_test,
    kupiec_test,
)
from hedgeresearch.evaluation.walk_forward import run_study, walk_forward
from hedgeresearch.hedges.cointegration import CointegrationHedge
from hedgeresearch.hedges.cointegration_tests import Cointegration, cointegration_test
from hedgeresearch.hedges.combined import CombinedHedge
from hedgeresearch.hedges.constrained import ConstrainedHedge
from hedgeresearch.hedges.dimson import DimsonHedge
from hedgeresearch.hedges.error_correction import ErrorCorrectionHedge
from hedgeresearch.hedges.expanding_ols import ExpandingOLSHedge
from hedgeresearch.hedges.hedge_fit import HedgeFit
from hedgeresearch.hedges.horizon import HorizonHedge
from hedgeresearch.hedges.kalman import KalmanHedge
from hedgeresearch.hedges.lower_partial_moment import LowerPartialMomentHedge
from hedgeresearch.hedges.markov_switching import MarkovSwitchingHedge
from hedgeresearch.hedges.mean_variance import MeanVarianceHedge
from hedgeresearch.hedges.minimum_cvar import MinimumCVaRHedge
from hedgeresearch.hedges.minimum_variance import MinimumVarianceHedge
from hedgeresearch.hedges.naive import NaiveHedge
from hedgeresearch.hedges.ols import OLSHedge
from hedgeresearch.hedges.quantile import QuantileHedge
from hedgeresearch.hedges.regime import RegimeHedge
from hedgeresearch.hedges.rolling_ols import RollingOLSHedge
from hedgeresearch.hedges.shrunk import ShrunkHedge
from hedgeresearch.hedges.total_least_squares import TotalLeastSquaresHedge
from hedgeresearch.hedges.vecm import VECMHedge
from hedgeresearch.hedges.weighted_ols import WeightedOLSHedge
from hedgeresearch.plotting import style
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
from hedgeresearch.reproductions.catalogue import reproduce, reproductions
from hedgeresearch.reproductions.reproduction import Reproduction
from hedgeresearch.returns import align, returns
from hedgeresearch.simulation import simulate_dcc, simulate_regimes

__version__ = VERSION

__all__ = [
    "AlignedRegimes",
    "ArchMargin",
    "BEKK",
    "CCC",
    "CausalityCheck",
    "Cointegration",
    "CointegrationHedge",
    "CombinedHedge",
    "Comparison",
    "ConstantCorrelationTest",
    "ConstrainedHedge",
    "ConvergenceError",
    "ConvergenceWarning",
    "Costs",
    "CovarianceFit",
    "DCC",
    "DECO",
    "DataError",
    "DataWarning",
    "DifferenceInterval",
    "DimsonHedge",
    "EWMACovariance",
    "ErrorCorrectionHedge",
    "ExpandingOLSHedge",
    "GARCH",
    "GaussianHMM",
    "HedgeFit",
    "HedgeResearchError",
    "HedgeResearchWarning",
    "HorizonHedge",
    "JumpModel",
    "KalmanHedge",
    "LowerPartialMomentHedge",
    "MarkovSwitching",
    "MarkovSwitchingGARCH",
    "MarkovSwitchingHedge",
    "MeanVarianceHedge",
    "MinimumCVaRHedge",
    "MinimumVarianceHedge",
    "MissingDataError",
    "ModelConfidenceSet",
    "NaiveHedge",
    "OLSHedge",
    "OrthogonalGARCH",
    "PairedTest",
    "QuantileHedge",
    "Recommendation",
    "RegimeCorrelation",
    "RegimeFit",
    "RegimeHedge",
    "RegimeSelection",
    "RollingCovariance",
    "Reproduction",
    "RollingOLSHedge",
    "SampleCovariance",
    "ShrunkHedge",
    "StudentHMM",
    "Study",
    "SuperiorAbility",
    "ThresholdRegimes",
    "TotalLeastSquaresHedge",
    "Tournament",
    "VECMHedge",
    "ValueAtRiskTest",
    "WeightedOLSHedge",
    "align",
    "align_regimes",
    "by_regime",
    "by_year",
    "check_causal",
    "christoffersen_test",
    "cointegration_test",
    "compare_hedges",
    "conditional_coverage_test",
    "cost_of",
    "datasets",
    "diebold_mariano",
    "dynamic_quantile_test",
    "effectiveness",
    "engle_sheppard_test",
    "expected_shortfall",
    "exponential_certainty_equivalent",
    "giacomini_white",
    "hedged_returns",
    "historical_value_at_risk",
    "in_worst_days",
    "interval_of_difference",
    "kupiec_test",
    "load",
    "maximum_drawdown",
    "mean_variance_certainty_equivalent",
    "model_confidence_set",
    "models",
    "net_returns",
    "pitman_morgan",
    "plotting",
    "ratio_summary",
    "read_prices",
    "recommend",
    "regime_ratio_errors",
    "reproduce",
    "reproductions",
    "returns",
    "run_study",
    "select_regimes",
    "semivariance",
    "sharpe",
    "simulate_dcc",
    "simulate_regimes",
    "style",
    "superior_ability",
    "trades",
    "turnover",
    "value_at_risk",
    "variance",
    "walk_forward",
]
