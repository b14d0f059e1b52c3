"""Distance of sums over dates, for moments whose influences are written as surprises."""

import numpy as np


def distance_of_sums(products, surprises):
    """Root mean square distance of two paths of sums over dates, relative to that of products."""
    path = np.cumsum(products - products.mean(axis=0), axis=0)
    away = np.cumsum(surprises, axis=0) - path
    return np.sqrt((away**2).mean(axis=0) / (path**2).mean(axis=0))
