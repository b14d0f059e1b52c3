"""The best basket of few instruments, by branch and bound, and a bound of all baskets.

Up to 30 instruments the search runs to its end, so that the basket is the best of all. Above, it
ends after some nodes: the basket is at least as good as one that no exchange of two instruments
improves, and the bound is that of the nodes that are left, none if there are none. Bounds are of
``_kernels.search.basket_bound``; what the tangent of a node decides alone is not branched on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.search.basket_bound import bound_baskets, solve_kept
from hedgeresearch.optimization.diagonal_part import largest_diagonal
from hedgeresearch.typing import Array, Indices

MAX_EXACT = 30
"""Number of instruments up to which the search runs to its end."""
NODES_ABOVE = 15_000
"""Number of nodes above, for each one over the number of instruments: 250 for 60."""
ROUNDS = 12
"""Largest number of steps for the bound of a node."""
CLOSE = 0.05
"""Share of the distance to the best basket, at which these end."""
ROUNDS_AT_ROOT = 500
"""Largest number of steps for the bound of all baskets."""
CLOSE_AT_ROOT = 1e-3
"""The share there."""
N_TRIED = 20
"""Number of instruments that are tried in the place of each of a basket."""
ROUNDING = 1e-10
"""Difference of values, relative to the constant of the objective, that counts as none."""


class BasketProgram(NamedTuple):
    """Objective x'Qx - 2c'x and constraints, apart from the number of instruments.

    Attributes
    ----------
    matrix : array (n, n), Q, positive definite
    linear : array (n,), c
    lower, upper : arrays (n,)
    total : sum of x; NaN for none
    held : array (n,), from which the distance sum |x - held| is measured
    distance : its limit; infinite for none
    """

    matrix: Array
    linear: Array
    lower: Array
    upper: Array
    total: float
    held: Array
    distance: float

    def best_of(self, state: Indices) -> tuple[Array, float]:
        """Return the best x that is zero where the state is -1, and its value."""
        x = np.zeros(len(state))
        value = solve_kept(*self, state, x)
        return x, value


@dataclass(frozen=True)
class BasketSearch:
    """Result of a search.

    Attributes
    ----------
    x : array (n,); NaN if no basket was found
    value : of the objective; infinite if no basket was found
    bound : no basket has a smaller value
    n_nodes : number of nodes that were solved
    is_finished : whether no node was left open
    """

    x: Array
    value: float
    bound: float
    n_nodes: int
    is_finished: bool


class Node(NamedTuple):
    """Baskets that have some instruments and not others.

    Attributes
    ----------
    state : array (n,) of int, 1 for what is in, -1 for what is out, 0 for what may be in
    z : array (n,), degrees at which the steps for the bound start
    bound : of the node that it comes from
    """

    state: Indices
    z: Array
    bound: float


def best_basket(
    program: BasketProgram, size: int, scale: float, start: Array, max_nodes: int
) -> BasketSearch:
    """Return the best basket of at most ``size`` instruments.

    Parameters
    ----------
    program : BasketProgram
    size : int, at least one
    scale : float, of values: differences of 1e-10 of it are none
    start : array (n,), whose nonzero instruments are tried first
    max_nodes : int, number of nodes after which the search ends before its end
    """
    search = _Search(program, size, ROUNDING * scale)
    search.try_state(np.where(start != 0.0, 1, -1))
    search.try_state(_largest_in(np.abs(program.held), search.root.state, size))
    bound = search.solve_root()
    n = len(program.linear)
    most = max_nodes if n <= MAX_EXACT else min(max_nodes, NODES_ABOVE // n)
    open_nodes = search.run(bound, most)
    lowest = min([search.value, *(node.bound for node in open_nodes)])
    return BasketSearch(search.x, search.value, lowest, search.n_nodes, not open_nodes)


class _Search:
    """The best basket so far, and the nodes that were solved."""

    def __init__(self, program: BasketProgram, size: int, rounding: float) -> None:
        n = len(program.linear)
        self.program = program
        self.size = size
        self.rounding = rounding
        self.diagonal = largest_diagonal(program.matrix)
        self.x = np.full(n, np.nan)
        self.value = np.inf
        self.n_nodes = 0
        must = (program.lower > 0.0) | (program.upper < 0.0)
        self.root = Node(must.astype(np.int64), np.full(n, min(size / n, 1.0)), -np.inf)

    @property
    def cutoff(self) -> float:
        """Value that a basket must be below to be better than the best so far."""
        return self.value - self.rounding

    def try_state(self, state: Indices) -> None:
        """Keep the best basket of the instruments whose state is not -1, if it is better."""
        must = self.root.state
        if np.count_nonzero(state != -1) > self.size or (state[must == 1] == -1).any():
            return
        x, value = self.program.best_of(state)
        if value < self.cutoff:
            self.x = x
            self.value = value

    def solve_root(self) -> float:
        """Bound all baskets, and exchange instruments of the basket that the bound suggests."""
        node = self.root
        bound, slopes = self.bound(node, ROUNDS)
        self._suggest(node.state, slopes)
        self._exchange()
        closer, slopes = self.bound(node, ROUNDS_AT_ROOT, CLOSE_AT_ROOT)
        self._suggest(node.state, slopes)
        return max(bound, closer)

    def run(self, bound: float, max_nodes: int) -> list[Node]:
        """Branch until no node can be better, and return the nodes that are left."""
        nodes = [self.root._replace(bound=bound)]
        while nodes and self.n_nodes < max_nodes:
            node = nodes.pop()
            if node.bound >= self.cutoff:
                continue
            bound, slopes = self.bound(node, ROUNDS)
            node = node._replace(bound=max(bound, node.bound))
            if node.bound >= self.cutoff:
                continue
            self._suggest(node.state, slopes)
            nodes += self._children(node, slopes)
        return [node for node in nodes if node.bound < self.cutoff]

    def bound(self, node: Node, rounds: int, close: float = CLOSE) -> tuple[float, Array]:
        """Return the bound and the slopes of a node; infinite once it is solved.

        The degrees z of the node are overwritten.
        """
        self.n_nodes += 1
        room = self._room(node.state)
        n_free = np.count_nonzero(node.state == 0)
        if room < 0:
            return np.inf, np.zeros(len(node.z))
        if room == 0 or n_free <= room:
            self.try_state(np.where(node.state == 0, -1 if room == 0 else 1, node.state))
            return np.inf, np.zeros(len(node.z))
        arguments = (node.state, room, self.cutoff, close, rounds, node.z)
        matrix, *others = self.program
        found: tuple[float, Array] = bound_baskets(matrix, self.diagonal, *others, *arguments)
        return found

    def _room(self, state: Indices) -> int:
        return self.size - int(np.count_nonzero(state == 1))

    def _suggest(self, state: Indices, slopes: Array) -> None:
        """Try what is in, and of the rest what has the largest slopes."""
        self.try_state(_largest_in(slopes, state, self.size))

    def _children(self, node: Node, slopes: Array) -> list[Node]:
        """Return the two nodes of the instrument about which least is decided, the last first."""
        state = _decided(node, slopes, self._room(node.state), self.cutoff)
        free = np.flatnonzero(state == 0)
        if len(free) == 0:
            return [Node(state, node.z.copy(), node.bound)]
        branch = free[np.argmin(np.abs(node.z[free] - 0.5))]
        children = []
        for choice in (-1, 1):
            chosen = state.copy()
            chosen[branch] = choice
            children.append(Node(chosen, node.z.copy(), node.bound))
        return children

    def _exchange(self) -> None:
        """Exchange one instrument of the best basket for another, until that improves nothing."""
        before = np.inf
        while self.value < before:
            before = self.value
            for out in np.flatnonzero(self.x):
                if self.x[out] != 0.0:
                    self._replace(int(out))

    def _replace(self, out: int) -> None:
        """Try the instruments that the objective falls most with in the place of one."""
        program = self.program
        slopes = program.matrix @ self.x - program.linear
        wanted = np.where(program.lower < 0.0, np.abs(slopes), -slopes)
        kept = np.where(self.x != 0.0, 1, -1)
        kept[out] = -1
        for other in np.argsort(-wanted, kind="stable")[: N_TRIED + self.size]:
            if kept[other] == -1 and other != out:
                state = kept.copy()
                state[other] = 1
                before = self.value
                self.try_state(state)
                if self.value < before:
                    return


def _largest_in(sizes: Array, state: Indices, size: int) -> Indices:
    """Return a state with what is in, and of what may be in the largest up to the size."""
    chosen = np.where(state == 0, -1, state)
    free = np.flatnonzero(state == 0)
    room = size - int(np.count_nonzero(state == 1))
    order = free[np.argsort(-sizes[free], kind="stable")]
    chosen[order[: max(room, 0)]] = 1
    return chosen


def _decided(node: Node, slopes: Array, room: int, cutoff: float) -> Indices:
    """Return the state of a node with what its tangent decides alone.

    To leave out one of the instruments with the largest slopes raises the bound by its slope less
    that of the next one, to put in one of the others by the least of the largest less its slope.
    """
    state = node.state.copy()
    free = np.flatnonzero(state == 0)
    ordered = np.sort(slopes[free])[::-1]
    least_in = ordered[room - 1]
    next_one = ordered[room]
    own = slopes[free]
    must = (own >= least_in) & (node.bound + own - next_one >= cutoff)
    cannot = (own <= next_one) & (node.bound + least_in - own >= cutoff)
    state[free[cannot]] = -1
    state[free[must]] = 1
    return state
