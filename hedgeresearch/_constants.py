"""Constants that several rooms use."""

OVERSHOOT = 0.5825971579390107
"""Mean distance by which a random walk passes a far edge before it is observed.

In standard deviations of a step, -zeta(1/2) / sqrt(2 pi): Siegmund (1979), Advances in Applied
Probability 11. A price or target that is observed at intervals therefore meets a level as a
continuously observed one meets a level that much further away: Broadie, Glasserman and Kou (1997),
Mathematical Finance 7, theorem 1.1.
"""

OPTIONS_ON = "options on "
POOL_OF = "pool of "
LOAN_AGAINST = "loan against "
POOLS_AND_LOANS = "pools and loans"
HEDGED_BY_THEMSELVES = (OPTIONS_ON, POOL_OF, LOAN_AGAINST, POOLS_AND_LOANS)
"""Starts of the names of returns of what options, pools and loans hold.

What hedges them may be the same asset.
"""
