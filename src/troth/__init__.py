"""Troth: customer order management that keeps its promises."""

__version__ = "0.1.0"
