"""What a report found, in the forms that people and CI services read; each is made of report.json alone."""
