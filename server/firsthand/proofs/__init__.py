"""Proofs that a handle is its account's own: links that point at each other."""
