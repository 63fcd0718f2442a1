"""What an order costs, by conditions, with the trace of each price."""
