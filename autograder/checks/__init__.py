"""The hidden tests, one file a lab."""
