"""The report: one HTML file with the figures, every customer's story, and every message as it arrived."""

from infra.demo.report.page import write_report

__all__ = ["write_report"]
