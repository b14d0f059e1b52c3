r"""Parameters of a BEKK model in a vector, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, product

import numpy as np

from hedgeresearch.typing import Array, Indices

ZERO_TOLERANCE = 1e-4
"""Size of a standardized parameter below which the likelihood holds it at zero."""


@dataclass(frozen=True)
class Layout:
    """Order of the parameters in a vector.

    First the lower triangle of C column by column (nothing with targeting), then A, B if the model
    is asymmetric, and G: one number each, their diagonals, or their columns one after the other.

    Attributes
    ----------
    form : {"scalar", "diagonal", "full"}
        Form of A, B and G.
    asymmetric : bool
        Whether there is B.
    targeting : bool
        Whether C C' follows from the other matrices.
    n : int
        Number of series.
    symmetric_root : bool
        Whether C is S^(1/2) K with symmetric roots and the parameters are those of K, instead of
        triangular. The elements of K change places with the series, so that the path of a search
        does not depend on their order, and series that are almost collinear do not slow it down.
    """

    form: str
    asymmetric: bool
    targeting: bool
    n: int
    symmetric_root: bool = False

    @property
    def blocks(self) -> str:
        """Names of the matrices besides C."""
        return "ABG" if self.asymmetric else "AG"

    @property
    def kernel_kind(self) -> bool | None:
        """True if A, B and G are full; None for two series, which have kernels of their own."""
        return None if self.n == 2 else self.form == "full"

    @cached_property
    def intercept_places(self) -> list[tuple[int, int]]:
        """Row and column of each parameter of C."""
        if self.targeting:
            return []
        return [(i, j) for j, i in combinations_with_replacement(range(self.n), 2)]

    @cached_property
    def block_places(self) -> list[tuple[int, int]]:
        """Row and column of each parameter of a block.

        The one parameter of the scalar form stands for the whole diagonal.
        """
        if self.form == "full":
            return [(i, j) for j, i in product(range(self.n), repeat=2)]
        return [(i, i) for i in range(self.n if self.form == "diagonal" else 1)]

    @cached_property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.intercept_places) + len(self.blocks) * len(self.block_places)

    @cached_property
    def bound_of_column(self) -> Indices:
        """Position of the bound of stationarity that applies to each column of A, B and G, (n,).

        The series of a diagonal model have a bound each, other models have one in common.
        """
        has_several = self.form == "diagonal" and not self.targeting
        return np.arange(self.n) if has_several else np.zeros(self.n, dtype=np.intp)

    @cached_property
    def bound_of_parameter(self) -> Indices:
        """Position of the bound that applies to each parameter, (size,), -1 for those of C."""
        of_block = [self.bound_of_column[j] for _, j in self.block_places]
        of_root = [-1] * len(self.intercept_places)
        return np.array(of_root + of_block * len(self.blocks), dtype=np.intp)

    def scaled(self, x: Array, factors: Array) -> Array:
        """Return A, B and G multiplied by a factor (n_bounds,) for each bound."""
        return np.asarray(x * np.append(factors, 1.0)[self.bound_of_parameter])

    @cached_property
    def names(self) -> list[str]:
        """Names of the parameters."""
        names = [f"C[{i + 1},{j + 1}]" for i, j in self.intercept_places]
        if self.form == "scalar":
            return names + list(self.blocks.lower())
        for block, (i, j) in product(self.blocks, self.block_places):
            names.append(f"{block}[{i + 1},{j + 1}]")
        return names

    @cached_property
    def intercept_basis(self) -> Array:
        """Derivatives of C, or K, with respect to the parameters, (n, n, size)."""
        basis = np.zeros((self.n, self.n, self.size))
        for p, (i, j) in enumerate(self.intercept_places):
            basis[i, j, p] = 1.0
            if self.symmetric_root:
                basis[j, i, p] = 1.0
        return basis

    @cached_property
    def block_basis(self) -> Array:
        """Derivatives of A, B where there is one, and G, (2 or 3, n, n, size)."""
        basis = np.zeros((len(self.blocks), self.n, self.n, self.size))
        p = len(self.intercept_places)
        for block in basis:
            for i, j in self.block_places:
                block[..., p] = np.eye(self.n) if self.form == "scalar" else 0.0
                block[i, j, p] = 1.0
                p += 1
        return basis

    def units(self, scale: Array) -> Array:
        """Return the factors (size,) from parameters of standardized returns to those of returns.

        H = D H~ D and e = D e~ with D = diag(scale) give C = D C~, A = D^-1 A~ D.
        """
        intercept_units = [scale[i] for i, _ in self.intercept_places]
        block_units = [scale[j] / scale[i] for i, j in self.block_places]
        return np.array(intercept_units + block_units * len(self.blocks))

    def pack(self, intercept_root: Array, blocks: Array) -> Array:
        """Return the parameters of given matrices."""
        values = [intercept_root[place] for place in self.intercept_places]
        values += [block[place] for block, place in product(blocks, self.block_places)]
        return np.array(values)

    def unpack(self, x: Array) -> tuple[Array, Array]:
        """Return C, or K, (n, n), zero with targeting, and the blocks (2 or 3, n, n)."""
        return self.intercept_basis @ x, self.block_basis @ x

    def permuted(self, x: Array, order: Indices) -> Array:
        """Return the parameters of the same model for series in another order, (n,) of int."""
        root, blocks = self.unpack(x)
        return self.pack(root[np.ix_(order, order)], blocks[:, order[:, None], order])

    def with_signs(self, x: Array) -> Array:
        """Return the same model with positive first elements of A, B, G and diagonal of C.

        The likelihood identifies neither the sign of a matrix nor the sign of a column of C.
        """
        root, blocks = self.unpack(x)
        root = root * np.where(np.diag(root) < 0.0, -1.0, 1.0)
        return self.pack(root, blocks * np.where(blocks[:, :1, :1] < 0.0, -1.0, 1.0))

    def is_at_zero(self, x: Array) -> bool:
        """Return whether C C' is singular or A or B is zero, whatever the order of the series."""
        root, blocks = self.unpack(x)
        is_singular = not self.targeting and np.linalg.svd(root)[1][-1] < ZERO_TOLERANCE
        sizes = np.abs(blocks[:-1]).max(axis=(1, 2))
        return bool(is_singular or (sizes < ZERO_TOLERANCE).any())

    def held_at_zero(self, x: Array) -> dict[str, Array]:
        """Return what the likelihood holds at zero: a formula, and the parameters (size,) of bool.

        These are diagonal elements of C, and A or B as a whole, from where either sign is worse.
        """
        held = {}
        for p, (i, j) in enumerate(self.intercept_places):
            if i == j and abs(x[p]) < ZERO_TOLERANCE:
                held[f"C[{i + 1},{i + 1}] = 0"] = np.arange(self.size) == p
        for name, block in zip(self.blocks[:-1], self.block_basis, strict=False):
            members = block.any(axis=(0, 1))
            if np.abs(x[members]).max() < ZERO_TOLERANCE:
                held[f"{name.lower() if self.form == 'scalar' else name} = 0"] = members
        return held
