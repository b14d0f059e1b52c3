"""Study of when regimes help a hedge, on development and confirmation pairs."""
