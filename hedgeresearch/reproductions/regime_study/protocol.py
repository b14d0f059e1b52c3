"""Settings of the study, as in docs/when_regimes_help_protocol.md."""

from __future__ import annotations

HORIZONS = (1, 5, 21)
"""Periods over which a ratio is held and its hedge is judged."""
MIN_SEPARATE_SPANS = 20
"""Smallest number of spans that do not overlap, for a horizon to be used."""
RISK_AVERSION = 5.0
"""Risk aversion of the loss net of costs."""
BAND = 0.05
"""Half-width of the no-trade band, in units of the ratio."""
TAIL = 0.05
"""Share of spans in the CVaR."""
TEST_SIZE = 0.05
"""Size of the tests of one model against another."""
SET_SIZE = 0.1
"""Probability with which the model confidence set may leave out the best model."""
N_DRAWS = 500
"""Draws of the bootstrap of a confidence set and of an interval."""
N_PANEL_DRAWS = 2000
"""Draws of the bootstrap of the joint test."""
MAX_TURNOVER = 0.5
"""Largest turnover of an eligible model, relative to DCC's."""
TIE = 0.0005
"""Difference of shares of variance below which models are equally good."""
MIN_SHARE_IN_SET = 0.9
"""Share of pairs on which the flagship must be in the model confidence set."""
