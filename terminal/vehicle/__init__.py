"""Vehicle status and verdict, from tables: pure, without input or output."""
