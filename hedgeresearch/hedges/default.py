"""The regime-conditional hedge, and the hedge that is used where none is chosen.

``hedgeresearch reproduce when_regimes_help`` chooses both on some pairs and confirms them on
others, see docs/when_regimes_help.md. Commands, books and tournaments read them here.
"""

from __future__ import annotations

from hedgeresearch.hedges.model import HedgeModel

DEFAULT_NAME = "regime"
"""Short name, as in ``hedgeresearch recommend --model NAME``, of the hedge that is the default."""


def regime_conditional_hedge() -> HedgeModel:
    """Return the hedge that commands and tournaments name "regime"."""
    from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
    from hedgeresearch.regimes.hmm.gaussian import GaussianHMM

    return RegimeHedge(GaussianHMM(2))
