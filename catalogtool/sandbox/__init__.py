"""A stand-in for Google, and the synthetic catalogue behind the demonstration and the tests."""
