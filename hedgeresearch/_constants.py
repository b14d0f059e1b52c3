"""Constants that several rooms use."""

OVERSHOOT = 0.5825971579390107
"""Mean distance by which a random walk passes a far edge before it is observed.

In standard deviations of a step, -zeta(1/2) / sqrt(2 pi): Siegmund (1979), Advances in Applied
Probability 11. A price or target that is observed at intervals therefore meets a level as a
continuously observed one meets a level that much further away: Broadie, Glasserman and Kou (1997),
Mathematical Finance 7, theorem 1.1.
"""

OPTIONS_ON = "options on "
"""Start of the name of the returns of an underlying by which its options are hedged.

A hedge may be the underlying itself then.
"""
