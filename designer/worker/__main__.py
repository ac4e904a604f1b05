"""`python -P -m designer.worker`: started by the window, spoken to over its standard input and output."""

import sys

from designer.worker.main import main

if __name__ == "__main__":
    sys.exit(main())
