"""Runs alone, in a process that may break: one task by its name, what it works on from standard input.

One JSON object goes to standard output: the answer, or a code for why a picture was refused.
"""

from __future__ import annotations

import json
import sys
import warnings

from cards import press_cards
from covers import press_cover
from PIL import Image
from squares import MOST_PIXELS, RefusedPicture
from walls import limit_this_process

TASKS = {"cover": press_cover, "cards": press_cards}


def main() -> None:
    """Do the task that the first argument names."""
    limit_this_process()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        answer = TASKS[sys.argv[1]](sys.stdin.buffer.read())
    except RefusedPicture as fault:
        answer = {"refused": str(fault)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        answer = {"refused": "too_many_pixels"}
    except (OSError, SyntaxError, ValueError, EOFError):
        # Pillow has no exception of its own for a file that breaks off or contradicts itself.
        answer = {"refused": "broken"}
    sys.stdout.write(json.dumps(answer))


main()
