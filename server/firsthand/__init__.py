"""Firsthand: make connections online, build relationships offline."""

__version__ = "0.1.0"
