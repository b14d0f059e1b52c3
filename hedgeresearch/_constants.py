"""How far a random walk passes an edge before it is caught.

In standard deviations of a step, where the edge is far: -zeta(1/2) / sqrt(2 pi), after Siegmund (1979), Advances in
Applied Probability 11. So a price or a target that is looked at now and then meets a level as one that is watched meets
a level that much further away: Broadie, Glasserman and Kou (1997), Mathematical Finance 7, theorem 1.1.
"""

OVERSHOOT = 0.5825971579390107
