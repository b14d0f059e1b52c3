"""Typical sizes are medians of the moves that are not zero."""

import numpy as np
import pytest

from hedgeresearch.data.quality.checks.units import typical_size, typical_sizes


@pytest.mark.parametrize("n_rows", [1, 2, 7, 8])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_typical_sizes_are_medians_of_moves(n_rows: int, share: float) -> None:
    generator = np.random.default_rng(n_rows)
    blocks = generator.standard_normal((20, n_rows))
    blocks[generator.random(blocks.shape) < share] = 0.0
    expected = [
        float(np.median(np.abs(block[block != 0.0]))) if block.any() else 0.0 for block in blocks
    ]
    assert typical_sizes(blocks).tolist() == expected
    assert [typical_size(block) for block in blocks] == expected
