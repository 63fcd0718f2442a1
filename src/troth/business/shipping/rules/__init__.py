"""Decisions of shipping, pure: values in, verdict out."""
