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
from hedgeresearch.instruments.hedge_returns import contracts_for, hedge_returns
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.roll import RolledFutures, roll
from hedgeresearch.instruments.roll_rules import RollBefore, RollOnVolume
from hedgeresearch.instruments.specs import spec, specs
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.plotting import style
from hedgeresearch.prices import read_prices
from hedgeresearch.recommendation.aims import Limits, Margin, Objective, Rebalancing
from hedgeresearch.recommendation.carry import Carry, carry
from hedgeresearch.recommendation.carry_rates import annualised_basis, funding_per_year, z_score
from hedgeresearch.recommendation.liquidation import (
    collateral_needed,
    inverse_collateral,
    inverse_liquidation_price,
    linear_collateral,
    linear_liquidation_price,
)
from hedgeresearch.recommendation.liquidation_probability import (
    LiquidationProbability,
    barrier_probability,
    liquidation_probability,
)
from hedgeresearch.recommendation.market import Market
from hedgeresearch.recommendation.no_trade_band import NoTradeBand, band_for_tracking_error, no_trade_band
from hedgeresearch.recommendation.notional import NotionalRecommendation
from hedgeresearch.recommendation.position import Position
from hedgeresearch.recommendation.price_extremes import PriceExtremes, price_extremes
from hedgeresearch.recommendation.recommend import recommend
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.stress import FundingSpike, stress_table
from hedgeresearch.recommendation.tail_dependence import TailDependence, removed_in_worst_days, tail_dependence
from hedgeresearch.recommendation.tails import Tails, tails
from hedgeresearch.recommendation.trading_rate import PartialTrade, aim_of_target, trading_rate
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
from hedgeresearch.report.report import report_html, write_report
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
    "Carry",
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
    "FundingSpike",
    "GARCH",
    "GaussianHMM",
    "HedgeFit",
    "HedgeResearchError",
    "HedgeResearchWarning",
    "HorizonHedge",
    "Instrument",
    "InverseContract",
    "JumpModel",
    "KalmanHedge",
    "Limits",
    "LinearContract",
    "LiquidationProbability",
    "LowerPartialMomentHedge",
    "Margin",
    "Market",
    "MarkovSwitching",
    "MarkovSwitchingGARCH",
    "MarkovSwitchingHedge",
    "MeanVarianceHedge",
    "MinimumCVaRHedge",
    "MinimumVarianceHedge",
    "MissingDataError",
    "ModelConfidenceSet",
    "NaiveHedge",
    "NoTradeBand",
    "NotionalRecommendation",
    "OLSHedge",
    "Objective",
    "OrthogonalGARCH",
    "PairedTest",
    "PartialTrade",
    "Position",
    "PriceExtremes",
    "QuantileHedge",
    "QuantoContract",
    "Rebalancing",
    "Recommendation",
    "RegimeCorrelation",
    "RegimeFit",
    "RegimeHedge",
    "RegimeSelection",
    "Reproduction",
    "RollBefore",
    "RollOnVolume",
    "RolledFutures",
    "RollingCovariance",
    "RollingOLSHedge",
    "SampleCovariance",
    "ShrunkHedge",
    "Spot",
    "StudentHMM",
    "Study",
    "SuperiorAbility",
    "TailDependence",
    "Tails",
    "ThresholdRegimes",
    "TotalLeastSquaresHedge",
    "Tournament",
    "VECMHedge",
    "ValueAtRiskTest",
    "WeightedOLSHedge",
    "aim_of_target",
    "align",
    "align_regimes",
    "annualised_basis",
    "band_for_tracking_error",
    "barrier_probability",
    "by_regime",
    "by_year",
    "carry",
    "check_causal",
    "christoffersen_test",
    "cointegration_test",
    "collateral_needed",
    "compare_hedges",
    "conditional_coverage_test",
    "contracts_for",
    "cost_of",
    "datasets",
    "diebold_mariano",
    "dynamic_quantile_test",
    "effectiveness",
    "engle_sheppard_test",
    "expected_shortfall",
    "exponential_certainty_equivalent",
    "funding_per_year",
    "giacomini_white",
    "hedge_returns",
    "hedged_returns",
    "historical_value_at_risk",
    "in_worst_days",
    "interval_of_difference",
    "inverse_collateral",
    "inverse_liquidation_price",
    "kupiec_test",
    "linear_collateral",
    "linear_liquidation_price",
    "liquidation_probability",
    "load",
    "maximum_drawdown",
    "mean_variance_certainty_equivalent",
    "model_confidence_set",
    "models",
    "net_returns",
    "no_trade_band",
    "pitman_morgan",
    "plotting",
    "price_extremes",
    "ratio_summary",
    "read_prices",
    "recommend",
    "regime_ratio_errors",
    "removed_in_worst_days",
    "report_html",
    "reproduce",
    "reproductions",
    "returns",
    "roll",
    "run_study",
    "select_regimes",
    "semivariance",
    "sharpe",
    "simulate_dcc",
    "simulate_regimes",
    "spec",
    "specs",
    "stress_table",
    "style",
    "superior_ability",
    "tail_dependence",
    "tails",
    "trades",
    "trading_rate",
    "turnover",
    "value_at_risk",
    "variance",
    "walk_forward",
    "write_report",
    "z_score",
]
