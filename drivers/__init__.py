"""Hardware drivers. They know nothing of the law and import only the terminal's ports, model and errors."""

import os

# pygame prints a greeting on its first import; keep it out of service logs and script output.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
