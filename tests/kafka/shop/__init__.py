"""Writes the topics that the tests read, and what a reader must find in them."""
