"""The pages of promises: what is available, why a line gets its dates, and what would be if."""
