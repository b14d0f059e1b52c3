"""Correlation- and regime-aware hedge ratios: estimation, walk-forward evaluation and recommendation."""

from hedgeresearch import datasets, plotting
from hedgeresearch._version import VERSION
from hedgeresearch.covariance.bekk.bekk import BEKK
from hedgeresearch.covariance.dcc.ccc import CCC
from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.dcc.deco import DECO
from hedgeresearch.covariance.diagnostics import ConstantCorrelationTest, engle_sheppard_test
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.covariance.moments.rolling import RollingCovariance
from hedgeresearch.covariance.moments.sample import SampleCovariance
from hedgeresearch.covariance.orthogonal_garch import OrthogonalGARCH
from hedgeresearch.covariance.regime_switching.regime_correlation import RegimeCorrelation
from hedgeresearch.data.conversion import align, returns
from hedgeresearch.data.prices import read_prices
from hedgeresearch.data.simulation import simulate_dcc, simulate_regimes
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
from hedgeresearch.evaluation.causality import CausalityCheck, check_causal
from hedgeresearch.evaluation.comparison.confidence_set import ModelConfidenceSet, model_confidence_set
from hedgeresearch.evaluation.comparison.difference_interval import DifferenceInterval, interval_of_difference
from hedgeresearch.evaluation.comparison.historical_simulation import historical_value_at_risk
from hedgeresearch.evaluation.comparison.hypothesis_tests import PairedTest
from hedgeresearch.evaluation.comparison.overview import Comparison, compare_hedges
from hedgeresearch.evaluation.comparison.pitman_morgan import pitman_morgan
from hedgeresearch.evaluation.comparison.predictive_ability import diebold_mariano, giacomini_white
from hedgeresearch.evaluation.comparison.superior_ability import SuperiorAbility, superior_ability
from hedgeresearch.evaluation.comparison.value_at_risk_backtests import (
    ValueAtRiskTest,
    christoffersen_test,
    conditional_coverage_test,
    dynamic_quantile_test,
    kupiec_test,
)
from hedgeresearch.evaluation.engine.runner import run_study, walk_forward
from hedgeresearch.evaluation.results.backtest import Tournament
from hedgeresearch.evaluation.results.panel import Study
from hedgeresearch.hedges.cointegration.cointegration_tests import Cointegration, cointegration_test
from hedgeresearch.hedges.cointegration.error_correction import ErrorCorrectionHedge
from hedgeresearch.hedges.cointegration.hedge import CointegrationHedge
from hedgeresearch.hedges.cointegration.vecm import VECMHedge
from hedgeresearch.hedges.composed.combined import CombinedHedge
from hedgeresearch.hedges.composed.constrained import ConstrainedHedge
from hedgeresearch.hedges.composed.horizon import HorizonHedge
from hedgeresearch.hedges.composed.shrunk import ShrunkHedge
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.kalman.hedge import KalmanHedge
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.hedges.objectives.lower_partial_moment import LowerPartialMomentHedge
from hedgeresearch.hedges.objectives.mean_variance import MeanVarianceHedge
from hedgeresearch.hedges.objectives.minimum_cvar import MinimumCVaRHedge
from hedgeresearch.hedges.objectives.quantile import QuantileHedge
from hedgeresearch.hedges.regime_switching.markov_switching_hedge import MarkovSwitchingHedge
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.hedges.regression.dimson import DimsonHedge
from hedgeresearch.hedges.regression.expanding_ols import ExpandingOLSHedge
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.hedges.regression.total_least_squares import TotalLeastSquaresHedge
from hedgeresearch.hedges.regression.weighted_ols import WeightedOLSHedge
from hedgeresearch.instruments.carry import Carry, carry
from hedgeresearch.instruments.carry_rates import annualised_basis, funding_per_year, z_score
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.returns import contracts_for, hedge_returns
from hedgeresearch.instruments.roll import RolledFutures, roll
from hedgeresearch.instruments.roll_rules import RollBefore, RollOnVolume
from hedgeresearch.instruments.specs import spec, specs
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.margin.liquidation import (
    collateral_needed,
    inverse_collateral,
    inverse_liquidation_price,
    linear_collateral,
    linear_liquidation_price,
)
from hedgeresearch.margin.price_range import PriceExtremes, price_extremes
from hedgeresearch.margin.probability import (
    LiquidationProbability,
    barrier_probability,
    liquidation_probability,
)
from hedgeresearch.metrics.by_group import by_regime, by_year, in_worst_days
from hedgeresearch.metrics.hedge_effectiveness import effectiveness, hedged_returns, variance
from hedgeresearch.metrics.risk_adjusted import (
    exponential_certainty_equivalent,
    mean_variance_certainty_equivalent,
    sharpe,
)
from hedgeresearch.metrics.risk_measures import (
    expected_shortfall,
    maximum_drawdown,
    semivariance,
    value_at_risk,
)
from hedgeresearch.metrics.trading_activity import ratio_summary, trades, turnover
from hedgeresearch.model_table import models
from hedgeresearch.plotting import style
from hedgeresearch.recommendation.api import recommend
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.settings import Limits, Margin, Objective, Rebalancing
from hedgeresearch.recommendation.notional import NotionalRecommendation
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.regimes.alignment import AlignedRegimes, align_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.gaussian import GaussianHMM
from hedgeresearch.regimes.hmm.standard_errors import regime_ratio_errors
from hedgeresearch.regimes.hmm.student import StudentHMM
from hedgeresearch.regimes.jump_model import JumpModel
from hedgeresearch.regimes.markov_switching.garch import MarkovSwitchingGARCH
from hedgeresearch.regimes.markov_switching.model import MarkovSwitching
from hedgeresearch.regimes.selection import RegimeSelection, select_regimes
from hedgeresearch.regimes.threshold import ThresholdRegimes
from hedgeresearch.report.report import report_html, write_report
from hedgeresearch.reproductions.registry import reproduce, reproductions
from hedgeresearch.reproductions.reproduction import Reproduction
from hedgeresearch.risk.joint_tails import TailDependence, removed_in_worst_days, tail_dependence
from hedgeresearch.risk.stress import FundingSpike, stress_table
from hedgeresearch.risk.tails import Tails, tails
from hedgeresearch.trading.bands import NoTradeBand, band_for_tracking_error, no_trade_band
from hedgeresearch.trading.costs import Costs, cost_of, net_returns
from hedgeresearch.trading.partial_adjustment import PartialTrade, aim_of_target, trading_rate
from hedgeresearch.volatility.arch_model import ArchMargin
from hedgeresearch.volatility.garch import GARCH

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
