"""Pages that belong to no single app: the home page, the rail, people and their roles."""
