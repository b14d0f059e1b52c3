from .alignment import align as align
from .conversion import returns as returns
from .reading.prices import read_prices as read_prices
from .simulation import SimulatedDCC as SimulatedDCC
from .simulation import SimulatedRegimes as SimulatedRegimes
from .simulation import simulate_dcc as simulate_dcc
from .simulation import simulate_regimes as simulate_regimes
