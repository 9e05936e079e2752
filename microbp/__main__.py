"""`python -m microbp` is the command line."""

import sys

from microbp.cli import main

sys.exit(main())
