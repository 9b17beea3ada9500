"""Potluck's results as frozen dataclasses: tables, pages, JSON, CSV and plots are made from these."""
