from .regime_study.findings import recorded_table as recorded_table
from .registry import list_reproductions as list_reproductions
from .registry import reproduce as reproduce
from .reproduction import Reproduction as Reproduction
