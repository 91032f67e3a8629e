"""What the exit code of a command says to a script, and which error ends in which."""

from collections.abc import Mapping
from enum import IntEnum

from lamm_core import errors
from lamm_core.errors import LammError


class ExitCode(IntEnum):
    """How a command ended; each number stands for one thing that a script can do next."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    EXISTS = 4
    BAD_FILE = 5
    TOO_FEW_LABELS = 6
    BUSY = 7
    REFUSED = 8
    UNAVAILABLE = 9
    TARGETS_OPEN = 10
    INTERRUPTED = 130  # 128 + SIGINT, as shells have it


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "something else stood in the way; one sentence says what",
    ExitCode.USAGE: "wrong usage: an unknown option, or a value that cannot be used",
    ExitCode.NOT_FOUND: "there is no such project, user, annotator, class, text, model, job or task",
    ExitCode.EXISTS: "something is there already, and would have been replaced",
    ExitCode.BAD_FILE: "a file that was given is missing, damaged, or not what it should be",
    ExitCode.TOO_FEW_LABELS: "it takes more labels first",
    ExitCode.BUSY: "the same is under way already, or a service is busy: try again later",
    ExitCode.REFUSED: "that is not allowed",
    ExitCode.UNAVAILABLE: "database, data folder, encoder, translator or a package cannot be used",
    ExitCode.TARGETS_OPEN: "`lamm status --check`: not all targets are met",
    ExitCode.INTERRUPTED: "interrupted",
}

# Every error stands in one line of this table.
ERRORS: Mapping[ExitCode, tuple[type[LammError], ...]] = {
    ExitCode.FAILED: (
        LammError,
        errors.NothingToUndo,
        errors.AlreadyReviewed,
        errors.RoundSuperseded,
        errors.JobEnded,
        errors.JobLost,
        errors.JobCancelled,
        errors.ComparisonCancelled,
        errors.WorkersLost,
    ),
    ExitCode.USAGE: (
        errors.InvalidInput,
        errors.InvalidProbabilities,
        errors.InvalidBudget,
        errors.InvalidAccuracy,
        errors.InvalidWeights,
        errors.InvalidScores,
        errors.InvalidCosts,
        errors.InvalidChoice,
        errors.EstimatorUnusable,
        errors.DoesNotFit,
        errors.InvalidUser,
        errors.InvalidProject,
        errors.MissingTarget,
        errors.MissingVectors,
        errors.UnknownStrategy,
        errors.UnknownPreparation,
        errors.UnknownTranslator,
    ),
    ExitCode.NOT_FOUND: (
        errors.UnknownProject,
        errors.UnknownUser,
        errors.UnknownAnnotator,
        errors.UnknownItem,
        errors.UnknownClass,
        errors.UnknownJob,
        errors.UnknownTask,
        errors.UnknownModel,
    ),
    ExitCode.EXISTS: (errors.ProjectExists, errors.UserExists, errors.DataInTheWay),
    ExitCode.BAD_FILE: (
        errors.UnreadableFile,
        errors.MissingColumn,
        errors.UnsafePath,
        errors.BackupUnusable,
        errors.ModelUnreadable,
    ),
    ExitCode.TOO_FEW_LABELS: (errors.NotEnoughLabels, errors.TooFewLabels),
    ExitCode.BUSY: (
        errors.RoundRunning,
        errors.JobUnderWay,
        errors.TranslatorBusy,
        errors.TranslationRunning,
        errors.ComparisonRunning,
    ),
    ExitCode.REFUSED: (errors.NotAllowed, errors.SignInFailed, errors.TooManySignIns),
    ExitCode.UNAVAILABLE: (
        errors.StorageUnavailable,
        errors.EmbeddingStoreDamaged,
        errors.EncoderUnavailable,
        errors.PackageMissing,
        errors.ClusterUnavailable,
        errors.TranslatorUnavailable,
        errors.TranslationStopped,
    ),
}
_CODES = {kind: code for code, kinds in ERRORS.items() for kind in kinds}


def exit_code(error: LammError) -> ExitCode:
    """The exit code of an error: its class's own, or that of the nearest class above it."""
    return next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
