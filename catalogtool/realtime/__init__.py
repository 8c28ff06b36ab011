"""Live events: what a transaction publishes reaches every open page of every process."""
