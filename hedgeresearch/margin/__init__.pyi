from .liquidation import collateral_for_price as collateral_for_price
from .liquidation import collateral_for_probability as collateral_for_probability
from .liquidation import liquidation_price as liquidation_price
from .price_range import PriceRange as PriceRange
from .price_range import simulate_price_range as simulate_price_range
from .probability import LiquidationProbability as LiquidationProbability
from .probability import barrier_probability as barrier_probability
from .probability import liquidation_probability as liquidation_probability
