"""Telling observers what a run does."""
