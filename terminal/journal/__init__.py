"""What was done and must be told: entries, sealed records, their chain and their store."""
