"""Risk that a hedge leaves: tails, joint tails, worst days and stress scenarios.

``tail_summary`` measures how fat the tails of hedged returns are, and whether a normal value at
risk understates their losses. ``tail_dependence`` and ``worst_day_effectiveness`` measure whether a
hedge works on the days on which the asset loses most. ``stress_table`` shows the profit of a hedged
position on the worst past dates, under forced correlations, after jumps and funding spikes.

``connectedness`` shows whose shocks move whom, ``covar`` and ``marginal_expected_shortfall`` what
happens to one series when another is in distress, and ``correlation_breakdown`` whether the
correlation of turbulent days, adjusted for their variance, is still that of calm ones.

``proxy_hedge`` hedges a claim with what falls when it defaults. ``disposition_effect``,
``measure_herding`` and ``liquidation_cascade`` measure behavior and crowding from a user's tables.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
