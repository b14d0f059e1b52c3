"""Smiles of every expiry of a chain: SVI, SSVI and SABR, and their arbitrage."""
