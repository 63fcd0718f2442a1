"""What is confirmed to whom for which date, on what basis, and why."""
