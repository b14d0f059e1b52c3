"""Sums of a block of dates, in loops of their own.

The order of a sum in a loop that also stores can depend on where the arrays lie in memory: compiled
code that may reorder sums looks at their addresses when it runs.
"""

from __future__ import annotations

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def sum_of_first(values, size):
    """Return the sum of the first values."""
    total = 0.0
    for b in range(size):
        total += values[b]
    return total
