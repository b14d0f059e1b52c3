# The rooms, each a module of its own, and the names that are used most, by family.
from . import basis as basis
from . import covariance as covariance
from . import data as data
from . import datasets as datasets
from . import errors as errors
from . import estimation as estimation
from . import evaluation as evaluation
from . import feeds as feeds
from . import hedges as hedges
from . import instruments as instruments
from . import live as live
from . import margin as margin
from . import metrics as metrics
from . import microstructure as microstructure
from . import onchain as onchain
from . import options as options
from . import plotting as plotting
from . import recommendation as recommendation
from . import regimes as regimes
from . import report as report
from . import reproductions as reproductions
from . import risk as risk
from . import trading as trading
from . import volatility as volatility

# --- First use ---
from .compilation import compile as compile
from .covariance import BEKK as BEKK
from .covariance import CCC as CCC
from .covariance import DCC as DCC
from .covariance import DECO as DECO
from .covariance import EWMACovariance as EWMACovariance
from .covariance import OrthogonalGARCH as OrthogonalGARCH
from .covariance import RegimeCorrelation as RegimeCorrelation
from .covariance import RegimeDCC as RegimeDCC
from .covariance import RollingCovariance as RollingCovariance
from .covariance import SampleCovariance as SampleCovariance
from .data import align as align
from .data import check as check
from .data import read_prices as read_prices
from .data import returns as returns

# --- Data ---
from .datasets import load as load
from .errors import ConvergenceError as ConvergenceError

# --- Errors ---
from .errors import DataError as DataError
from .evaluation import check_causality as check_causality

# --- Evaluation ---
from .evaluation import walk_forward as walk_forward
from .evaluation import walk_forward_panel as walk_forward_panel
from .hedges import CointegrationHedge as CointegrationHedge
from .hedges import CombinedHedge as CombinedHedge
from .hedges import ConstrainedHedge as ConstrainedHedge
from .hedges import DimsonHedge as DimsonHedge
from .hedges import ErrorCorrectionHedge as ErrorCorrectionHedge
from .hedges import ExpandingOLSHedge as ExpandingOLSHedge
from .hedges import HorizonHedge as HorizonHedge
from .hedges import KalmanHedge as KalmanHedge
from .hedges import LowerPartialMomentHedge as LowerPartialMomentHedge
from .hedges import MarkovSwitchingHedge as MarkovSwitchingHedge
from .hedges import MeanVarianceHedge as MeanVarianceHedge
from .hedges import MinimumCVaRHedge as MinimumCVaRHedge
from .hedges import MinimumVarianceHedge as MinimumVarianceHedge

# --- Hedge models ---
from .hedges import NaiveHedge as NaiveHedge
from .hedges import OLSHedge as OLSHedge
from .hedges import QuantileHedge as QuantileHedge
from .hedges import RegimeHedge as RegimeHedge
from .hedges import RegimeWeightedHedge as RegimeWeightedHedge
from .hedges import RollingOLSHedge as RollingOLSHedge
from .hedges import ShrunkHedge as ShrunkHedge
from .hedges import TotalLeastSquaresHedge as TotalLeastSquaresHedge
from .hedges import TrackingHedge as TrackingHedge
from .hedges import VECMHedge as VECMHedge
from .hedges import WeightedOLSHedge as WeightedOLSHedge
from .instruments import InverseContract as InverseContract
from .instruments import InverseOption as InverseOption
from .instruments import LinearContract as LinearContract
from .instruments import OptionContract as OptionContract
from .instruments import QuantoContract as QuantoContract

# --- Instruments ---
from .instruments import Spot as Spot
from .instruments import contract_spec as contract_spec
from .instruments import roll_futures as roll_futures
from .metrics import effectiveness as effectiveness
from .metrics import hedged_returns as hedged_returns
from .model_table import list_models as list_models
from .recommendation import CostOptimalBands as CostOptimalBands
from .recommendation import Limits as Limits
from .recommendation import Liquidity as Liquidity
from .recommendation import Margin as Margin
from .recommendation import Market as Market
from .recommendation import NoTradeBands as NoTradeBands
from .recommendation import Objective as Objective
from .recommendation import PartialRebalancing as PartialRebalancing
from .recommendation import Position as Position
from .recommendation import hedge_notional as hedge_notional

# --- Recommendation and report ---
from .recommendation import recommend as recommend

# --- Regime models ---
from .regimes import GaussianHMM as GaussianHMM
from .regimes import JumpModel as JumpModel
from .regimes import LabelledRegimes as LabelledRegimes
from .regimes import MarkovSwitching as MarkovSwitching
from .regimes import MarkovSwitchingGARCH as MarkovSwitchingGARCH
from .regimes import StudentHMM as StudentHMM
from .regimes import ThresholdRegimes as ThresholdRegimes
from .regimes import select_regimes as select_regimes
from .report import write_report as write_report
from .reproductions import reproduce as reproduce
from .trading import Costs as Costs

# --- Volatility and covariance models ---
from .volatility import GARCH as GARCH
from .volatility import ArchModel as ArchModel

__version__: str
