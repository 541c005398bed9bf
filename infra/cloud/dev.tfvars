# A project to try things in: nothing waits warm, nothing is protected from deletion.
environment = "dev"

backup_days   = 7
export_days   = 7
analysis_days = 60
budget        = { units = 50, currency = "EUR" }
