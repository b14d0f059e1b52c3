"""Arithmetic on eight dates at once, for use inside kernels.

The matrices of many dates are factorized one element after the other, each element for eight dates
in one vector register: loops stay long where the matrices are small, nothing is summed across a
register, and the loops over a matrix read like those for one date. ``load`` and ``store`` move
eight values between a register and a contiguous array of floats, whose elements 8 i to 8 i + 7 are
lanes i. Lanes are added, subtracted, multiplied and divided among themselves and with floats.

The operations are imported when a kernel that names them is compiled, as importing numba is slow.
"""

from __future__ import annotations

from typing import Any

from hedgeresearch._kernels.compilation.kernels import Kernel

WIDTH = 8
"""Number of dates in lanes."""


class LaneOperation(Kernel):
    """An operation on lanes, which only compiled code can call."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def part_of(self, fast: bool) -> Any:
        """Return numba's intrinsic function, the same for both kinds of kernels."""
        from hedgeresearch._kernels.arithmetic.lane_instructions import INSTRUCTIONS

        return INSTRUCTIONS[self.__name__]


load = LaneOperation("load")
"""load(array, i): lanes i of an array."""
store = LaneOperation("store")
"""store(array, i, lanes): overwrite lanes i of an array."""
spread = LaneOperation("spread")
"""spread(x): lanes that are all x."""
root = LaneOperation("root")
"""root(lanes): square roots; NaN where negative."""
below_zero = LaneOperation("below_zero")
"""below_zero(lanes): 1 where negative, else 0."""
smaller = LaneOperation("smaller")
"""smaller(left, right): left where it is smaller, else right; right where left is NaN."""
lane = LaneOperation("lane")
"""lane(lanes, i): one of the values."""
total = LaneOperation("total")
"""total(lanes): sum of the values."""
product = LaneOperation("product")
"""product(lanes): product of the values."""
follow = LaneOperation("follow")
"""follow(x, lanes): x and all values but the last, each a date later."""
lead = LaneOperation("lead")
"""lead(lanes, x): all values but the first and then x, each a date earlier."""
running = LaneOperation("running")
"""running(lanes, b): y with y_i = v_i + b y_{i-1} and y_0 = v_0."""
running_back = LaneOperation("running_back")
"""running_back(lanes, b): y with y_i = v_i + b y_{i+1} and y_7 = v_7."""
