"""`python -m lamm_core.cli` is `lamm`."""

from lamm_core.cli import main

if __name__ == "__main__":
    main()
