from .binance import read_binance_frame as read_binance_frame
from .feed import Feed as Feed
from .recorder import Recorder as Recorder
from .recording import read_recording as read_recording
from .source import Source as Source
from .stored import Recording as Recording
from .stored import compact_recording as compact_recording
from .stored import replay as replay
