"""What the hardware is; drivers know no law and import only the terminal's ports, nouns and errors."""

import os

# pygame greets on standard output when first imported; a service and a script's output want silence.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
