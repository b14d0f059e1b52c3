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
from hedgeresearch.evaluation.causality import CausalityCheck, check_causality
from hedgeresearch.evaluation.comparison.confidence_set import ModelConfidenceSet, model_confidence_set
from hedgeresearch.evaluation.comparison.difference_interval import DifferenceInterval, bootstrap_difference
from hedgeresearch.evaluation.comparison.historical_simulation import historical_value_at_risk
from hedgeresearch.evaluation.comparison.hypothesis_tests import PairedTest
from hedgeresearch.evaluation.comparison.overview import Comparison, compare_hedges
from hedgeresearch.evaluation.comparison.pitman_morgan import pitman_morgan_test
from hedgeresearch.evaluation.comparison.predictive_ability import diebold_mariano_test, giacomini_white_test
from hedgeresearch.evaluation.comparison.superior_ability import SuperiorAbility, superior_ability_test
from hedgeresearch.evaluation.comparison.value_at_risk_backtests import (
    ValueAtRiskTest,
    christoffersen_test,
    conditional_coverage_test,
    dynamic_quantile_test,
    kupiec_test,
)
from hedgeresearch.evaluation.engine.runner import walk_forward_panel, walk_forward
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.panel import BacktestPanel
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
from hedgeresearch.instruments.carry import Carry, hedge_carry
from hedgeresearch.instruments.carry_rates import annualized_basis, annualized_funding, z_score
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.returns import contracts_for, instrument_returns
from hedgeresearch.instruments.roll import RolledFutures, roll_futures
from hedgeresearch.instruments.roll_rules import RollBeforeExpiry, RollOnVolume
from hedgeresearch.instruments.specs import contract_spec, list_contracts
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.margin.liquidation import (
    collateral_needed,
    inverse_collateral,
    inverse_liquidation_price,
    linear_collateral,
    linear_liquidation_price,
)
from hedgeresearch.margin.price_range import PriceRange, simulate_price_range
from hedgeresearch.margin.probability import (
    LiquidationProbability,
    barrier_probability,
    liquidation_probability,
)
from hedgeresearch.metrics.by_group import measure_by_regime, measure_by_year, measure_on_worst_days
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
from hedgeresearch.metrics.trading_activity import ratio_summary, ratio_changes, turnover
from hedgeresearch.model_table import list_models
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
from hedgeresearch.reproductions.registry import reproduce, list_reproductions
from hedgeresearch.reproductions.reproduction import Reproduction
from hedgeresearch.risk.joint_tails import TailDependence, worst_day_effectiveness, tail_dependence
from hedgeresearch.risk.stress import FundingSpike, stress_table
from hedgeresearch.risk.tails import TailSummary, tail_summary
from hedgeresearch.trading.bands import NoTradeBand, tracking_error_band, no_trade_band
from hedgeresearch.trading.costs import Costs, hedging_costs, net_returns
from hedgeresearch.trading.partial_adjustment import PartialTrade, aim_position, trading_rate
from hedgeresearch.volatility.arch_model import ArchModel
from hedgeresearch.volatility.garch import GARCH

__version__ = VERSION

__all__ = [
    "AlignedRegimes",
    "ArchModel",
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
    "PriceRange",
    "QuantileHedge",
    "QuantoContract",
    "Rebalancing",
    "Recommendation",
    "RegimeCorrelation",
    "RegimeFit",
    "RegimeHedge",
    "RegimeSelection",
    "Reproduction",
    "RollBeforeExpiry",
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
    "TailSummary",
    "ThresholdRegimes",
    "TotalLeastSquaresHedge",
    "Backtest",
    "VECMHedge",
    "ValueAtRiskTest",
    "WeightedOLSHedge",
    "aim_position",
    "align",
    "align_regimes",
    "annualized_basis",
    "tracking_error_band",
    "barrier_probability",
    "by_regime",
    "measure_by_year",
    "carry",
    "check_causality",
    "christoffersen_test",
    "cointegration_test",
    "collateral_needed",
    "compare_hedges",
    "conditional_coverage_test",
    "contracts_for",
    "hedging_costs",
    "datasets",
    "diebold_mariano_test",
    "dynamic_quantile_test",
    "effectiveness",
    "engle_sheppard_test",
    "expected_shortfall",
    "exponential_certainty_equivalent",
    "annualized_funding",
    "giacomini_white_test",
    "instrument_returns",
    "hedged_returns",
    "historical_value_at_risk",
    "measure_on_worst_days",
    "bootstrap_difference",
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
    "pitman_morgan_test",
    "plotting",
    "simulate_price_range",
    "ratio_summary",
    "read_prices",
    "recommend",
    "regime_ratio_errors",
    "worst_day_effectiveness",
    "report_html",
    "reproduce",
    "reproductions",
    "returns",
    "roll",
    "walk_forward_panel",
    "select_regimes",
    "semivariance",
    "sharpe",
    "simulate_dcc",
    "simulate_regimes",
    "spec",
    "specs",
    "stress_table",
    "style",
    "superior_ability_test",
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
