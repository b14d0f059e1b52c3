"""Code of a kernel that Python calls, together with that of the kernels that it calls.

numba optimizes every function on its own, turns it into machine code, and does so again for a copy
in each of its callers. Copies of a function have one name, so that a process runs the copy that it
compiled or loaded first, and results depend in their last digits on what ran before. Here a kernel
that others call is left as it was written; the kernel that Python calls is linked with all of its
parts, which no other code can see, and is optimized once. Its code is then the same whether it was
compiled in this process or kept by an earlier one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite.binding import Linkage
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

YOUNG_OBJECTS = 200_000
"""Objects between two collections of garbage while numba compiles; Python's default is 700."""


class PartLibrary(JITCodeLibrary):
    """Code of a kernel that others call; it is never run, but linked into that of its callers."""

    def finalize(self) -> None:
        """Leave the code as it is."""
        self._finalized = True

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout


class KernelLibrary(JITCodeLibrary):
    """Code of a kernel that Python calls, with that of its parts."""

    def finalize(self) -> None:
        """Link all parts, those of parts too, optimize the whole and make it ready to run."""
        self._visible = set(_defined(self._final_module))
        self._linking_libraries = list(_with_parts_of_parts(self._linking_libraries))
        super().finalize()

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        for name in _defined(self._final_module):
            if name not in self._visible:
                self._final_module.get_function(name).linkage = Linkage.internal
        super()._optimize_final_module()


def _defined(module: Any) -> list[str]:
    """Return the names of the functions that a module defines."""
    return [function.name for function in module.functions if not function.is_declaration]


def _with_parts_of_parts(libraries: Iterable[Any]) -> Iterator[Any]:
    """Yield libraries and those that parts among them are linked with, each once."""
    seen: set[int] = set()
    waiting = list(libraries)
    while waiting:
        library = waiting.pop(0)
        if id(library) in seen:
            continue
        seen.add(id(library))
        yield library
        if isinstance(library, PartLibrary):
            waiting += library._linking_libraries


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Translation of a kernel that others call."""

    _name = "lowering of a part"

    def run_pass(self, state: Any) -> bool:
        """Translate the function and register it for its callers."""
        target = state.targetctx
        state.library = PartLibrary(target.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        described = state.cr.fndesc
        module = described.lookup_module()
        kept = (state.library,)
        # numba finds the code of a function by the object that Python would call
        entry = _dynfunc.make_function(module, described.qualname, "", 0, state.cr.env, kept)
        target.insert_user_function(entry, described, [state.library])
        state.cr = state.cr._replace(cfunc=entry)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """Translation of a kernel that Python calls."""

    _name = "lowering of a kernel"

    def run_pass(self, state: Any) -> bool:
        """Translate the function, link it with its parts and optimize it."""
        state.library = KernelLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


class PartCompiler(CompilerBase):
    """Steps by which numba compiles a kernel that others call."""

    def define_pipelines(self) -> list[Any]:
        """Return numba's steps with another translation."""
        return [_steps(self.state, PartLowering)]


class KernelCompiler(CompilerBase):
    """Steps by which numba compiles a kernel that Python calls."""

    def define_pipelines(self) -> list[Any]:
        """Return numba's steps with another translation."""
        return [_steps(self.state, KernelLowering)]

    def compile_extra(self, function: Any) -> Any:
        """Compile a function; numba has locked compilation."""
        with _few_collections():
            return super().compile_extra(function)


def _steps(state: Any, lowering: type) -> Any:
    """Return the steps of numba's compilation, one of them replaced."""
    steps = DefaultPassBuilder.define_nopython_pipeline(state)
    steps.passes = [
        (lowering if step is NativeLowering else step, text) for step, text in steps.passes
    ]
    steps.finalize()
    return steps


@contextmanager
def _few_collections() -> Iterator[None]:
    """Collect garbage less often, as numba makes many objects of which few are garbage."""
    before = gc.get_threshold()
    if before[0] == 0:  # collection is switched off
        yield
        return
    gc.set_threshold(max(before[0], YOUNG_OBJECTS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
