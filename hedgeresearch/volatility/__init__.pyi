from .arch_model import ArchModel as ArchModel
from .garch import GARCH as GARCH
