"""The second question: the vehicle's status, and what follows from both answers."""
