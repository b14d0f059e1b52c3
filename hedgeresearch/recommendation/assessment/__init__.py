"""Findings on a recommended hedge: confidence, risks, margin, carry and regimes; numbers only."""
