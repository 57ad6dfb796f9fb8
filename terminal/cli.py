"""The command `roadside`: the composition root."""


def main() -> int:
    """Run the command."""
    return 2
