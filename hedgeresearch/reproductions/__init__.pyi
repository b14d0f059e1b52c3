from .registry import list_reproductions as list_reproductions
from .registry import reproduce as reproduce
from .reproduction import Reproduction as Reproduction
