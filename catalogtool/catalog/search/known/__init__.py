"""What a process knows of the catalogue by itself, so that a search need not ask for it."""
