"""Whether a customer's exposure stays within the limit, and what happens when it does not."""
