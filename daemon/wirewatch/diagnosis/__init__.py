"""What the doctor looks at: each check asks the machine, and says what is wrong and its remedy."""

from wirewatch.diagnosis.finding import Finding, worst
from wirewatch.diagnosis.patient import Patient
from wirewatch.diagnosis.table import CHECKS, Check, examine

__all__ = ["CHECKS", "Check", "Finding", "Patient", "examine", "worst"]
