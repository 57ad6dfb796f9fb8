"""The subcommands of `roadside`, one module each: its arguments and what it does."""
