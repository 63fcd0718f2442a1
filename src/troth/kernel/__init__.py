"""Pure rules: values in, verdict out. Standard library and numpy only."""
