"""One system of parts: pages are made of parts and never style themselves."""
