"""Work on parts for engines, which processes of their own can load without much else."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

from lamm_core.errors import InvalidInput
from lamm_core.model.encoders import Encoding
from lamm_core.outside_pool.embedding import EmbeddedPart, EmbedPart
from lamm_core.outside_pool.files import Part


@dataclass(frozen=True)
class Named:
    """Gives the name of the part and the process; some names do something else."""

    folder: Path
    uses_gpu: ClassVar[bool] = False

    def __call__(self, part: Part) -> tuple[str, int]:
        match part.name:
            case "bad":
                raise InvalidInput("The part is bad.")
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "long":
                (self.folder / str(os.getpid())).touch()
                time.sleep(60)
        return part.name, os.getpid()


@dataclass(frozen=True)
class SlowEmbedding:
    """Embeds with the quick encoder, and takes its time; notes when it begins with a part."""

    work: EmbedPart
    folder: Path
    seconds: float
    uses_gpu: ClassVar[bool] = False

    def __call__(self, part: Part) -> EmbeddedPart:
        from support.outside import QuickEncoder

        (self.folder / f"{part.name}-{time.time_ns()}").touch()
        time.sleep(self.seconds)
        with patch("lamm_core.model.embedding.load_encoding", lambda name: Encoding(QuickEncoder().encode)):
            return self.work(part)
