"""Communication with the registry: lookups, uploads, and the lists used while it cannot be reached."""
