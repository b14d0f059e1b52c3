"""A covariance path computed in chunks."""

import numpy as np

import hedgeresearch as hr
from hedgeresearch.covariance import state as covariance_state


def test_chunks_join_to_the_path(monkeypatch):
    returns = hr.data.simulate_dcc(n_dates=400, n_series=3, seed=1).returns
    fit = hr.EWMACovariance().fit(returns)
    values = fit.returns.to_numpy()
    monkeypatch.setattr(covariance_state, "CHUNK_SIZE", 9 * 50)
    chunks = list(covariance_state.path_in_chunks(fit.initial_state, values))
    assert len(chunks) == 8
    assert [rows.stop for rows, _ in chunks][-1] == len(values)
    np.testing.assert_allclose(np.concatenate([path for _, path in chunks]), fit.path(), rtol=1e-12)
