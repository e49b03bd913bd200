"""Signing in with an account that somebody has elsewhere, and proving a handle by it."""
