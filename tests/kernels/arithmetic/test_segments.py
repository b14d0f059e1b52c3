"""Samples in eight segments, and their logarithms."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.segments import fill_mask, in_segments, take_logarithms


@pytest.mark.parametrize("n_dates", [1, 5, 8, 41, 64, 1003])
def test_segments_hold_the_sample_and_then_zeros(n_dates):
    values = 1.0 + np.arange(float(n_dates))
    segments = in_segments(values)
    m = len(segments) // 8
    assert 8 * (m - 1) < n_dates <= 8 * m
    in_order = segments.reshape(m, 8).T.ravel()
    np.testing.assert_array_equal(in_order[:n_dates], values)
    assert (in_order[n_dates:] == 0.0).all()
    mask = np.empty(8)
    masks = np.empty((m, 8))
    for i in range(m):
        fill_mask(i, n_dates, m, mask)
        masks[i] = mask
    np.testing.assert_array_equal(masks, segments.reshape(m, 8) > 0.0)


def test_logarithms_are_taken_where_products_are_large_or_small():
    products = np.array([1e-150, 1e150, 2.0, 0.5, 1e99, 1e-99, 1.0, 3.0])
    before = products.copy()
    found = take_logarithms(products, False)
    assert found == pytest.approx(np.log(1e-150) + np.log(1e150), abs=1e-9)
    assert (products[:2] == 1.0).all()
    np.testing.assert_array_equal(products[2:], before[2:])
    found += take_logarithms(products, True)
    assert found == pytest.approx(np.log(before).sum(), rel=1e-12)
    assert (products == 1.0).all()
