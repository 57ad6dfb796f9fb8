"""Hardware drivers. They import only the terminal's ports, model and errors, and make no decisions about
checks.
"""

import os

# pygame prints a greeting on its first import; keep it out of service logs and script output.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
