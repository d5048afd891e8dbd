"""`python -m core.atlas`: make the shipped counts anew."""

import sys

from core.atlas.build import main

sys.exit(main())
