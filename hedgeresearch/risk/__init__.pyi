from .joint_tails import TailDependence as TailDependence
from .joint_tails import tail_dependence as tail_dependence
from .joint_tails import worst_day_effectiveness as worst_day_effectiveness
from .scenarios import FundingSpike as FundingSpike
from .stress import stress_table as stress_table
from .tails import TailSummary as TailSummary
from .tails import tail_summary as tail_summary
