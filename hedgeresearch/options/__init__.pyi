from .delta_strikes import strike_of_delta as strike_of_delta
from .expiries import years_to_expiry as years_to_expiry
from .implied import implied_volatility as implied_volatility
from .prices import black_price as black_price
from .prices import coin_price as coin_price
from .sensitivities import Greeks as Greeks
from .sensitivities import greeks as greeks
