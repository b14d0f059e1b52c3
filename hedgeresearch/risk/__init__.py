"""Risk that a hedge leaves: tails, joint tails, worst days and stress scenarios.

``tail_summary`` measures how fat the tails of hedged returns are, and whether a normal value at
risk understates their losses. ``tail_dependence`` and ``worst_day_effectiveness`` measure whether a
hedge works on the days on which the asset loses most. ``stress_table`` shows the profit of a hedged
position on the worst past dates, under forced correlations, after jumps and funding spikes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
