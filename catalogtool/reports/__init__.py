"""Content Manager reports: reading them, staging them and bringing them into the catalogue."""
