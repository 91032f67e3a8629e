"""Every error that a user of LAMM can meet, each with one clear sentence that carries the numbers.

All of them descend from :class:`LammError`, so that a page or the command line can show the message and go on,
while a programming mistake still surfaces as what it is.
"""


class LammError(Exception):
    """Base of every error that is the input's or the situation's fault, never the program's."""


class InvalidInput(LammError, ValueError):
    """A value given by the caller cannot be used as it is."""


# selection


class InvalidProbabilities(InvalidInput):
    """Class probabilities are not finite, are negative, do not sum to 1, or have the wrong shape."""


class InvalidBudget(InvalidInput):
    """The number of labels in a batch is not a whole number of at least 1."""


class InvalidAccuracy(InvalidInput):
    """An accuracy or a target is not a number between 0 and 1."""


class InvalidWeights(InvalidInput):
    """A language weight is negative or not finite, or an availability is not a whole number."""


class InvalidScores(InvalidInput):
    """A scoring function returned something other than one finite number per item."""


class InvalidCosts(InvalidInput):
    """What a label costs is missing for a language that has items, or is not a finite number above 0."""


class InvalidChoice(InvalidInput):
    """A function that chooses items returned something other than distinct positions, as many as it was asked for."""


class MissingTarget(InvalidInput):
    """A language that has items in the pool has no target."""


class MissingVectors(InvalidInput):
    """A way to choose needs the embeddings of the items, and none were given."""


class UnknownStrategy(InvalidInput):
    """No strategy, or no part of one, is registered under that name."""


# model


class EncoderUnavailable(LammError):
    """An encoder cannot be loaded, or gives embeddings of a form that cannot be used."""


class NotEnoughLabels(LammError):
    """The labels so far do not allow a classifier to be fitted."""


class EstimatorUnusable(InvalidInput):
    """An estimator of the user's own cannot be fitted or saved, or gives no probabilities of classes."""


class ModelUnreadable(LammError):
    """A saved model is missing, damaged, or holds types that are not trusted."""


class PackageMissing(LammError):
    """A package is not installed that only a part of LAMM needs; the message says how to install it."""


class EmbeddingStoreDamaged(LammError):
    """The files of an embedding store do not fit together."""


# storage and workflow


class NotAllowed(LammError):
    """The acting user may not do this, or nobody is signed in."""


class SignInFailed(LammError):
    """An e-mail address and a password do not go together, or a link works no more; the message does not say which."""


class TooManySignIns(LammError):
    """Too many sign-ins failed lately; the message says how long to wait."""


class InvalidUser(InvalidInput):
    """An account cannot be made or changed like that."""


class UserExists(InvalidUser):
    """The e-mail address or the name has an account already."""


class UnknownUser(InvalidInput):
    """There is no account with that e-mail address."""


class StorageUnavailable(LammError):
    """The database or the data folder cannot be opened or written."""


class UnsafePath(LammError):
    """A name that came from elsewhere would lead out of the folder in which it belongs."""


class BackupUnusable(LammError):
    """A file is no backup, a damaged one, or one of a newer version."""


class DataInTheWay(LammError):
    """Something would take the place of what is there, and nobody has asked for that."""


class UnknownProject(InvalidInput):
    """No project has that name."""


class ProjectExists(InvalidInput):
    """A project of that name is there already."""


class InvalidProject(InvalidInput):
    """The settings of a project contradict each other."""


class UnknownModel(InvalidInput):
    """A project has no model yet, or no version of that number."""


class UnknownAnnotator(InvalidInput):
    """No annotator has that name or id."""


class UnknownItem(InvalidInput):
    """No item of that id belongs to the project."""


class UnknownClass(InvalidInput):
    """No class of that name belongs to the project."""


class NothingToUndo(LammError):
    """The annotator has no label or skip left that can be taken back."""


class AlreadyReviewed(LammError):
    """Somebody decided about an item, or answered it, since a reviewer looked at it."""


class RoundRunning(LammError):
    """A round of this project is running already."""


class RoundSuperseded(LammError):
    """A round was declared dead while it was still working; its result is not saved."""


# jobs


class UnknownJob(InvalidInput):
    """No job has that id, or it is another project's."""


class JobEnded(LammError):
    """A job cannot be cancelled or tried again, as it is in another state."""


class JobLost(LammError):
    """A job was given to another worker, or ended, while this process was still working on it."""


class JobCancelled(LammError):
    """A job was cancelled while its process was working on it."""


class JobUnderWay(LammError):
    """The same work waits or runs already."""


# translation


class UnknownTranslator(InvalidInput):
    """No kind of translator is registered under that name, or the name lacks what must follow the colon."""


class TranslatorUnavailable(LammError):
    """A translator cannot be loaded, refuses the request for good, or answers with something else."""


class TranslatorBusy(LammError):
    """A translator does not answer, or wants fewer requests, for now: the same request may succeed later."""


class TranslationStopped(LammError):
    """Translating ended before all texts were done; what is done is kept."""


class TranslationRunning(LammError):
    """The labels of this project are being translated already."""


# pools outside the project


class WorkersLost(LammError):
    """Processes or machines that worked on a pool died; what they had finished stays."""


class ClusterUnavailable(LammError):
    """A cluster of machines does not answer, or cannot be started."""


# exchange and experiments


class UnreadableFile(InvalidInput):
    """A file is missing, empty, of an unknown format, or not what its name says."""


class DoesNotFit(InvalidInput):
    """A table has more rows or longer texts than the chosen format takes."""


class MissingColumn(InvalidInput):
    """A table lacks a column that the import or the benchmark needs."""


class UnknownTask(InvalidInput):
    """No benchmark task is registered under that name."""


class UnknownPreparation(InvalidInput):
    """No preparation of embeddings is registered under that name."""


class TooFewLabels(LammError):
    """A project has too few labels, or too few measured languages, to compare strategies on them."""


class ComparisonRunning(LammError):
    """Strategies are being compared for this project already."""


class ComparisonCancelled(LammError):
    """A comparison was cancelled, or declared dead, while it was still working; its result is not saved."""
