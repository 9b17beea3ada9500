"""Showing results: one self-contained HTML page, and a table for spreadsheets."""

from potluck.report.csv import write_csv
from potluck.report.html import write_html, write_page

__all__ = ["write_csv", "write_html", "write_page"]
