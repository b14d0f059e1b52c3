"""Numba's intrinsic functions for lanes: vector instructions of LLVM.

Importing this module imports numba: see ``lanes``, which names the functions for kernels.
"""

from __future__ import annotations

import operator
from functools import partial
from typing import Any, ClassVar

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from hedgeresearch._kernels.arithmetic.lanes import WIDTH
from hedgeresearch._kernels.compilation.kernels import FAST_MATH

FLAGS = tuple(sorted(FAST_MATH))
NUMBER = types.float64
VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
POSITION = ir.IntType(32)
UNDEFINED = ir.Constant(VECTOR, ir.Undefined)
ZEROS = ir.Constant(VECTOR, [0.0] * WIDTH)
ONES = ir.Constant(VECTOR, [1.0] * WIDTH)


class Lanes(types.Type):
    """Type of eight floats in a register."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({WIDTH})")


LANES = Lanes()


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Representation of lanes in compiled code."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


def _order(positions: list[int]) -> Any:
    """Return the argument of a shuffle."""
    return ir.Constant(ir.VectorType(POSITION, WIDTH), positions)


def _address(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Return the address of lanes of an array."""
    data = context.make_array(kind)(context, builder, array).data
    element = builder.gep(data, [builder.mul(index, ir.Constant(index.type, WIDTH))])
    return builder.bitcast(element, VECTOR.as_pointer())


def _as_lanes(builder: Any, kind: Any, value: Any) -> Any:
    """Return a value as lanes, a float as eight times itself."""
    if kind == LANES:
        return value
    first = builder.insert_element(UNDEFINED, value, ir.Constant(POSITION, 0))
    return builder.shuffle_vector(first, UNDEFINED, _order([0] * WIDTH))


def _require_contiguous(array: Any) -> None:
    """Raise an error of compilation for an array whose elements do not follow each other."""
    if array.layout != "C":
        raise TypingError(f"lanes are those of contiguous arrays; got {array}.")


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Return lanes of an array."""
    _require_contiguous(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        loaded = builder.load(_address(context, builder, signature.args[0], *arguments))
        loaded.align = 8
        return loaded

    return LANES(array, types.intp), generate


@intrinsic
def store(typing: Any, array: Any, index: Any, values: Any) -> Any:
    """Overwrite lanes of an array."""
    _require_contiguous(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target = _address(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], target).align = 8
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES), generate


@intrinsic
def spread(typing: Any, x: Any) -> Any:
    """Return lanes that are all x."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _as_lanes(builder, NUMBER, arguments[0])

    return LANES(NUMBER), generate


@intrinsic
def root(typing: Any, values: Any) -> Any:
    """Return square roots."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(VECTOR, [VECTOR])
        name = f"llvm.sqrt.v{WIDTH}f64"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)

    return LANES(values), generate


@intrinsic
def below_zero(typing: Any, values: Any) -> Any:
    """Return 1 where negative, else 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", arguments[0], ZEROS), ONES, ZEROS)

    return LANES(values), generate


@intrinsic
def smaller(typing: Any, left: Any, right: Any) -> Any:
    """Return left where it is smaller, else right."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *arguments), *arguments)

    return LANES(left, right), generate


@intrinsic
def lane(typing: Any, values: Any, index: Any) -> Any:
    """Return one of the values."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.extract_element(arguments[0], builder.trunc(arguments[1], POSITION))

    return NUMBER(values, types.intp), generate


def _reduction(instruction: str) -> Any:
    """Return the function that combines all values by an instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = arguments[0]
        for step in (4, 2, 1):
            moved = _order([(i + step) % WIDTH for i in range(WIDTH)])
            other = builder.shuffle_vector(value, UNDEFINED, moved)
            value = getattr(builder, instruction)(value, other)
        return builder.extract_element(value, ir.Constant(POSITION, 0))

    @intrinsic
    def reduce(typing: Any, values: Any) -> Any:
        return NUMBER(values), generate

    return reduce


total = _reduction("fadd")
product = _reduction("fmul")


@intrinsic
def follow(typing: Any, x: Any, values: Any) -> Any:
    """Return x and all values but the last."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first = _as_lanes(builder, NUMBER, arguments[0])
        moved = _order([0, *range(WIDTH, 2 * WIDTH - 1)])
        return builder.shuffle_vector(first, arguments[1], moved)

    return LANES(NUMBER, values), generate


@intrinsic
def lead(typing: Any, values: Any, x: Any) -> Any:
    """Return all values but the first, and then x."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        last = _as_lanes(builder, NUMBER, arguments[1])
        return builder.shuffle_vector(arguments[0], last, _order(list(range(1, WIDTH + 1))))

    return LANES(values, NUMBER), generate


def _running_sum(direction: int) -> Any:
    """Return the function that sums lanes 1, 2 and 4 positions away with b, b^2 and b^4."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = arguments[0]
        factor = _as_lanes(builder, NUMBER, arguments[1])
        for step in (1, 2, 4):
            origins = [i - direction * step for i in range(WIDTH)]
            # position 8 of a shuffle is the first of the zeros
            moved = _order([i if 0 <= i < WIDTH else WIDTH for i in origins])
            earlier = builder.shuffle_vector(value, ZEROS, moved)
            value = builder.fadd(value, builder.fmul(factor, earlier, flags=FLAGS), flags=FLAGS)
            factor = builder.fmul(factor, factor, flags=FLAGS)
        return value

    @intrinsic
    def running_sum(typing: Any, values: Any, decay: Any) -> Any:
        return LANES(values, NUMBER), generate

    return running_sum


running = _running_sum(1)
running_back = _running_sum(-1)


def _define(symbol: Any, instruction: str) -> None:
    """Let compiled code write an operator between lanes, or between lanes and a float."""
    pairs = [(LANES, LANES), (LANES, NUMBER), (NUMBER, LANES)]

    @infer_global(symbol)
    class Operator(ConcreteTemplate):
        """Types of the operator."""

        cases: ClassVar = [signature(LANES, *kinds) for kinds in pairs]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        left, right = map(partial(_as_lanes, builder), signature.args, arguments)
        return getattr(builder, instruction)(left, right, flags=FLAGS)

    for kinds in pairs:
        lower_builtin(symbol, *kinds)(generate)


_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")
_define(operator.truediv, "fdiv")

INSTRUCTIONS = {
    "load": load,
    "store": store,
    "spread": spread,
    "root": root,
    "below_zero": below_zero,
    "smaller": smaller,
    "lane": lane,
    "total": total,
    "product": product,
    "follow": follow,
    "lead": lead,
    "running": running,
    "running_back": running_back,
}
"""Functions by the names in ``lanes``."""
