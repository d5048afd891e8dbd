"""`python -m core.premium.atlas`: make the shipped counts anew."""

import sys

from core.premium.atlas.build import main

sys.exit(main())
