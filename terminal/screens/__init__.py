"""What the officer sees: one pure function of state, and one of drawing."""
