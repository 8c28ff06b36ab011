"""Tasks that keep the catalogue in step with YouTube."""
