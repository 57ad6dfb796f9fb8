"""What the hardware is; drivers know no law and import only the terminal's ports, nouns and errors."""
