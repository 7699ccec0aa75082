"""`python -m govmodel` is the command `govmodel`."""

from .cli import main

if __name__ == "__main__":
    main()
