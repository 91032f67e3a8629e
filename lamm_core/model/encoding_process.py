"""A process that encodes for another one: `python -m lamm_core.model.encoding_process ENCODER`.

It reads a line of JSON with a list of texts from its standard input, and writes a line with the shape of their vectors
and then these as float32 to its standard output; or a line with an error. It ends with its input, in the middle of its
work, so that it never outlives the process that started it, however that one ends.
"""

import json
import os
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO

from lamm_core.errors import EncoderUnavailable
from lamm_core.model.embedding import encode_texts


def main(encoder: str) -> int:
    """Answer until there are no more requests, or one cannot be answered; returns the exit code."""
    # Whatever a library prints must not stand between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(requests,), name="requests", daemon=True).start()
    try:
        while True:
            _answer(answers, encoder, json.loads(requests.get()))
    except EncoderUnavailable as error:
        answers.write(_line({"error": str(error)}))
        answers.flush()
        return 1
    except BrokenPipeError:
        os._exit(1)  # nobody waits for an answer any more


def _read(requests: "SimpleQueue[bytes]") -> None:
    # Not `sys.stdin`, which an orderly end of the process would have to wait for.
    with open(sys.stdin.fileno(), "rb", closefd=False) as lines:
        for line in lines:
            requests.put(line)
    os._exit(1)


def _answer(answers: BinaryIO, encoder: str, texts: list[str]) -> None:
    vectors = encode_texts(encoder, texts)
    answers.write(_line({"shape": vectors.shape}))
    answers.write(vectors.astype("<f4").tobytes())
    answers.flush()


def _line(head: dict[str, object]) -> bytes:
    return json.dumps(head).encode() + b"\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
