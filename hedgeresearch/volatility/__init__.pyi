from .arch.arch_model import ArchModel as ArchModel
from .estimation import fit_volatility as fit_volatility
from .fit import VolatilityFit as VolatilityFit
from .garch.garch import GARCH as GARCH
from .protocols import VolatilityEstimate as VolatilityEstimate
from .protocols import VolatilityModel as VolatilityModel
from .protocols import VolatilityState as VolatilityState
