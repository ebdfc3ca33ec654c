"""`python -m billhook_adapters.cli`."""

import sys

from billhook_adapters.cli.main import main

sys.exit(main())
