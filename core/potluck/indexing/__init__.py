"""Bringing an index up to date: which stages run on what, and what that did."""
