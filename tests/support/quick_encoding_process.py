"""`lamm_core.model.encoding_process` with an encoder that is there at once, and does what some texts tell it."""

import os
import signal
import sys
import time

import numpy as np

from lamm_core.errors import EncoderUnavailable
from lamm_core.model import embedding
from lamm_core.model.encoders import Encoding
from lamm_core.model.encoding_process import main


def encode(texts: list[str]) -> np.ndarray:
    sys.stdout.write("what a library says\n")
    sys.stdout.flush()
    if "die" in texts:
        os.kill(os.getpid(), signal.SIGKILL)
    if "refuse" in texts:
        raise EncoderUnavailable("I will not.")
    if "sleep" in texts:
        time.sleep(600)
    return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


if __name__ == "__main__":
    embedding.load_encoding = lambda name: Encoding(encode)
    sys.exit(main(sys.argv[1]))
