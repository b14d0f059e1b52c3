"""Extrapolation of EM for Markov chains: from two steps to where the next ones would lead.

With r the first of two steps and v the second less the first, the parameters move on to theta + 2 a
r + a^2 v with a = |r| / |v| (Varadhan and Roland 2008, Scandinavian Journal of Statistics 35,
squared iterations with the third of their step lengths). Where EM multiplies its distance from an
optimum by a number l, a is 1 / (1 - l), and the distance vanishes; near a saddle point l exceeds 1,
and it grows as over many steps. a = 1 is the second step itself.

An extrapolation is a trial: a kernel that finds the likelihood lower there withdraws it, and goes
on from the second step. So its likelihood does not fall. A step of EM is between two trials, which
shows how much is left to gain.

Parameters are a tuple of one-dimensional views, of which the first two are probabilities of the
first date (k,) and the transition (k * k,). A row of probabilities that would leave [0, 1] keeps
those of the second step.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

FIRST_LIMIT = 4.0
"""Largest a of the first extrapolation."""
GROWTH = 4.0
"""Factor of the limit after an extrapolation that reached it; it shrinks by it after a failure."""

# What the numbers of an extrapolation are.
N_STEPS, IS_TRIAL, LIMIT = range(3)

Extrapolation = namedtuple("Extrapolation", "path numbers")
Extrapolation.__doc__ = """State of an extrapolation in arrays that are overwritten.

Attributes
----------
path : array (3, n_parameters)
    Parameters before the first step, after it, and after the second.
numbers : array (3,)
    Number of steps that the path has, whether the parameters are a trial, and the limit of a.
"""


@kernel(steers=True)
def begin_extrapolation(parts):
    """Return an extrapolation without steps."""
    size = 0
    for part in parts:
        size += part.shape[0]
    numbers = np.zeros(3)
    numbers[LIMIT] = FIRST_LIMIT
    return Extrapolation(np.empty((3, size)), numbers)


@kernel(steers=True)
def note_start(extrapolation, parts):
    """Note that a step of EM starts from the parameters, which count as found."""
    extrapolation.numbers[IS_TRIAL] = 0.0
    if extrapolation.numbers[N_STEPS] == 0.0:
        _write(parts, extrapolation.path[0])


@kernel(steers=True)
def note_end(extrapolation, parts):
    """Note where a step has led; after the second one, move the parameters on to a trial."""
    numbers = extrapolation.numbers
    numbers[N_STEPS] += 1.0
    n_steps = int(numbers[N_STEPS])
    _write(parts, extrapolation.path[n_steps])
    if n_steps < 2:
        return
    numbers[N_STEPS] = 0.0
    length = _length(extrapolation.path, numbers[LIMIT])
    if length > 1.0:
        numbers[IS_TRIAL] = 1.0
        if length == numbers[LIMIT]:
            numbers[LIMIT] *= GROWTH
        _move_on(extrapolation.path, length, parts)


@kernel(steers=True)
def withdraw(extrapolation, parts):
    """Go back from a trial to the end of the second step."""
    numbers = extrapolation.numbers
    numbers[IS_TRIAL] = 0.0
    numbers[LIMIT] = max(numbers[LIMIT] / GROWTH, FIRST_LIMIT)
    place = 0
    for part in parts:
        for c in range(part.shape[0]):
            part[c] = extrapolation.path[2, place + c]
        place += part.shape[0]


@kernel(steers=True)
def _write(parts, point):
    """Write the parameters to a point."""
    place = 0
    for part in parts:
        for c in range(part.shape[0]):
            point[place + c] = part[c]
        place += part.shape[0]


@kernel(steers=True)
def _length(path, limit):
    """Return a, at most the limit; 1 where the steps do not change."""
    step = 0.0
    change = 0.0
    for c in range(path.shape[1]):
        r = path[1, c] - path[0, c]
        v = path[2, c] - path[1, c] - r
        step += r * r
        change += v * v
    if not step > change or not change > 0.0:
        return 1.0
    return min(math.sqrt(step / change), limit)


@kernel(steers=True)
def _move_on(path, length, parts):
    """Extrapolate the parameters, which are those of the second step."""
    place = 0
    k = parts[0].shape[0]
    for part in parts:
        is_row = place < k * (k + 1)
        width = k if is_row else 1
        for begin in range(0, part.shape[0], width):
            lowest = 1.0
            for c in range(begin, begin + width):
                start = path[0, place + c]
                r = path[1, place + c] - start
                v = path[2, place + c] - path[1, place + c] - r
                part[c] = start + length * (2.0 * r + length * v)
                lowest = min(lowest, part[c])
            if is_row and lowest < 0.0:
                for c in range(begin, begin + width):
                    part[c] = path[2, place + c]
        place += part.shape[0]
