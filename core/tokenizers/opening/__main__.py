"""`python -m core.tokenizers.opening`: cut the opening text anew, for the file that ships."""

from core.tokenizers.opening.make import written
from core.tokenizers.opening.shipped import FILE

FILE.write_text(written(), encoding="utf-8", newline="\n")
