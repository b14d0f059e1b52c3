from .causality import CausalityCheck as CausalityCheck
from .causality import check_causality as check_causality
from .comparison.difference_interval import DifferenceInterval as DifferenceInterval
from .comparison.difference_interval import bootstrap_difference as bootstrap_difference
from .comparison.multiple_tests import ModelConfidenceSet as ModelConfidenceSet
from .comparison.multiple_tests import model_confidence_set as model_confidence_set
from .comparison.multiple_tests import superior_ability_test as superior_ability_test
from .comparison.overview import Comparison as Comparison
from .comparison.overview import compare_hedges as compare_hedges
from .comparison.paired_tests import diebold_mariano_test as diebold_mariano_test
from .comparison.paired_tests import giacomini_white_test as giacomini_white_test
from .comparison.paired_tests import pitman_morgan_test as pitman_morgan_test
from .comparison.value_at_risk_backtests import christoffersen_test as christoffersen_test
from .comparison.value_at_risk_backtests import (
    conditional_coverage_test as conditional_coverage_test,
)
from .comparison.value_at_risk_backtests import dynamic_quantile_test as dynamic_quantile_test
from .comparison.value_at_risk_backtests import historical_value_at_risk as historical_value_at_risk
from .comparison.value_at_risk_backtests import kupiec_test as kupiec_test
from .engine.pair_walks import walk_forward_pairs as walk_forward_pairs
from .engine.runner import walk_forward as walk_forward
from .engine.runner import walk_forward_panel as walk_forward_panel
from .option_hedges.backtest import OptionBacktest as OptionBacktest
from .option_hedges.causality import check_option_causality as check_option_causality
from .option_hedges.comparison import OptionComparison as OptionComparison
from .option_hedges.walk import walk_forward_options as walk_forward_options
from .pool_hedges.backtest import PoolBacktest as PoolBacktest
from .pool_hedges.fees import PoolFees as PoolFees
from .pool_hedges.walk import walk_forward_pool as walk_forward_pool
from .results.backtest import Backtest as Backtest
from .results.pair_ratios import PairRatios as PairRatios
from .results.panel import BacktestPanel as BacktestPanel
from .results.tracking import tracking_table as tracking_table
