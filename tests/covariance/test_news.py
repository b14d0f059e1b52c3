"""Bad news and its expected second moment."""

import numpy as np
import pytest

from hedgeresearch.covariance.news import bad_news, expected_news


def test_bad_news_is_the_negative_part():
    errors = np.array([[1.0, -2.0], [-0.5, 0.0]])
    np.testing.assert_array_equal(bad_news(errors), [[0.0, -2.0], [-0.5, 0.0]])


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6, 1.0])
def test_expected_news_is_that_of_simulations(correlation):
    covariance = np.array([[4.0, 2 * correlation], [2 * correlation, 1.0]])
    normal = np.random.default_rng(1).standard_normal((1_000_000, 2))
    news = bad_news(normal @ np.linalg.cholesky(covariance + 1e-12 * np.eye(2)).T)
    np.testing.assert_allclose(expected_news(covariance), news.T @ news / len(news), atol=0.01)
