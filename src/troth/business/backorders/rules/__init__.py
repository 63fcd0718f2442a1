"""What a variant says, which lines it means, and how what came out of it is judged."""
