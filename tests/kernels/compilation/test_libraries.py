"""A kernel that Python calls contains its parts, and its code is that which is kept."""

import gc
from typing import Any

import numpy as np
from llvmlite.binding import Linkage

from hedgeresearch._kernels.compilation import libraries
from hedgeresearch._kernels.compilation.kernels import Kernel, kernel


@kernel
def root_of(x: Any) -> Any:
    return np.sqrt(x) + 1.0


@kernel
def both_roots(x: Any, y: Any) -> Any:
    return root_of(x) * root_of(y)


@kernel(fast=True)
def mean_of_roots(x: Any) -> Any:
    total = 0.0
    for t in range(x.shape[0]):
        total += both_roots(x[t], 4.0)
    return total / x.shape[0]


@kernel(fast=True)
def sum_of_roots(x: Any) -> Any:
    total = 0.0
    for t in range(x.shape[0]):
        total += both_roots(x[t], 1.0)
    return total


def library_of(called: Kernel) -> Any:
    (compiled,) = called.dispatcher.overloads.values()
    return compiled.library


def seen_from_outside(called: Kernel) -> list[str]:
    """Return the functions of a kernel to which other code can be linked."""
    module = library_of(called)._final_module
    defined = [one for one in module.functions if not one.is_declaration]
    return [one.name for one in defined if one.linkage != Linkage.internal]


def test_parts_of_parts_are_linked() -> None:
    x = np.array([1.0, 9.0])
    np.testing.assert_allclose(mean_of_roots(x), (2.0 * 3.0 + 4.0 * 3.0) / 2.0, rtol=1e-15)
    np.testing.assert_allclose(sum_of_roots(x), 2.0 * (2.0 + 4.0), rtol=1e-15)


def test_parts_are_not_seen_by_other_kernels() -> None:
    x = np.ones(3)
    mean_of_roots(x)
    sum_of_roots(x)
    for called in (mean_of_roots, sum_of_roots):
        names = seen_from_outside(called)
        assert names
        assert not [name for name in names if "root_of" in name or "both_roots" in name]


def test_parts_alone_have_no_machine_code() -> None:
    mean_of_roots(np.ones(3))
    (part,) = both_roots.part_of(True).overloads.values()
    assert isinstance(part.library, libraries.PartLibrary)
    library: Any = part.library
    assert library.get_pointer_to_function(part.fndesc.llvm_func_name) == 0


def test_compiling_leaves_the_collection_of_garbage_as_it_was() -> None:
    before = gc.get_threshold()
    seen = []

    def note(phase: str, details: dict[str, int]) -> None:
        seen.append(gc.get_threshold()[0])

    gc.callbacks.append(note)
    try:
        gc.set_threshold(300, 10, 10)
        with libraries._few_collections():
            gc.collect()
        assert gc.get_threshold() == (300, 10, 10)
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*before)
    assert libraries.YOUNG_OBJECTS in seen
