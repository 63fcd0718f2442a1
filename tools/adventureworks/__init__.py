"""From the raw AdventureWorks files to the facts that the demo company ships."""
