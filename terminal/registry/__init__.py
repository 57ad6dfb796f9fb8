"""What the registry is asked and says, and what of it is kept for when it cannot be asked."""
