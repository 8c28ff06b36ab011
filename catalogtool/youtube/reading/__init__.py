"""YouTube's answers into values; pure functions that nothing in an answer can make fail."""
