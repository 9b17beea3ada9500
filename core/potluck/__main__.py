"""``python -m potluck``."""

from potluck.cli.process import run

if __name__ == "__main__":
    run()
