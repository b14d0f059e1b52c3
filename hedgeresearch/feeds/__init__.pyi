from .binance import read_binance_frame as read_binance_frame
from .recording import read_recording as read_recording
