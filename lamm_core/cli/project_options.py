"""The options that `lamm project create` and `lamm project change` share."""

import typer

CLASS_TARGET_PATTERN = "LANGUAGE:CLASS=0.8"
# Under which headings `--help` shows them.
_TARGETS, _CHOOSING, _CHECKING, _MODEL = "Targets", "Batches", "Check set", "Model"
_PEOPLE, _TRANSLATION, _COSTS = "Annotators", "Translation", "Costs"

TARGET = typer.Option(
    metavar="TARGET",
    help="Accuracy (or macro-F1) to reach, 0 to 1: 0.9 for all languages, fr=0.85 for one; may be repeated.",
    rich_help_panel=_TARGETS,
)
METRIC = typer.Option(
    metavar="NAME",
    help="What the targets speak of: accuracy, or macro-f1, where all classes count the same.",
    rich_help_panel=_TARGETS,
)
CLASS_TARGET = typer.Option(
    metavar=CLASS_TARGET_PATTERN,
    help="Share of the texts of a class to be predicted right, 0 to 1; may be repeated.",
    rich_help_panel=_TARGETS,
)
CHANGED_CLASS_TARGET = typer.Option(
    metavar=CLASS_TARGET_PATTERN,
    help="Share of the texts of a class to be predicted right, 0 to 1, or none for no target; may be repeated.",
    rich_help_panel=_TARGETS,
)
GUIDELINES = typer.Option(
    metavar="FILE", help="Advice for annotators, as plain text in UTF-8.", rich_help_panel=_PEOPLE
)
BUDGET = typer.Option(metavar="N", help="Labels in a batch.", rich_help_panel=_CHOOSING)
STRATEGY = typer.Option(
    metavar="NAME",
    help="How batches are chosen: foresight, lamm, ea, lc, random, or parts joined by +: lamm+margin.",
    rich_help_panel=_CHOOSING,
)
UNCERTAINTY = typer.Option(
    metavar="NAME",
    help="How texts are scored: entropy, margin, least-confidence, ratio or gibbs-error.",
    rich_help_panel=_CHOOSING,
)
ENCODER = typer.Option(
    metavar="NAME",
    help="builtin:use-multilingual, builtin:e5-small, or a sentence-transformers model.",
    rich_help_panel=_MODEL,
)
PREPARATION = typer.Option(
    metavar="NAME",
    help="What is done to embeddings before a model is fitted: plain, default, or some of centre,lexical,smooth.",
    rich_help_panel=_MODEL,
)
SEED = typer.Option(min=0, metavar="N", help="Makes rounds repeatable.", rich_help_panel=_CHOOSING)
LEASE_MINUTES = typer.Option(metavar="N", help="How long an annotator may hold a text.", rich_help_panel=_PEOPLE)
TRANSLATOR = typer.Option(
    metavar="NAME",
    help="What translates labelled texts: parallel:FILE, transformers:MODEL, libretranslate:URL or amazon.",
    rich_help_panel=_TRANSLATION,
)
TRANSLATION_WEIGHT = typer.Option(
    metavar="W",
    help="What a translated text counts in training, 0 to 1; a label counts 1.",
    rich_help_panel=_TRANSLATION,
)
CHECK_SHARE = typer.Option(
    metavar="S",
    help="Check items asked beside each label of a batch, 0 to 1; 0 asks for none.",
    rich_help_panel=_CHECKING,
)
CHECK_PART = typer.Option(
    metavar="S",
    help="Share of each language's texts set apart for its check set where none was imported, 0 to 0.9.",
    rich_help_panel=_CHECKING,
)
CHECK_WIDTH = typer.Option(
    metavar="W",
    help="Half-width that the interval of each language shall reach, 0.005 to 0.5: 0.05 for ±5 points.",
    rich_help_panel=_CHECKING,
)
PRICE = typer.Option(metavar="P", help="What a label costs; 0 leaves costs out.", rich_help_panel=_COSTS)
SUGGESTIONS = typer.Option(
    "--suggestions/--no-suggestions",
    help="Show annotators the class that the model predicts, or not.",
    rich_help_panel=_PEOPLE,
)
NEAR_DUPLICATES = typer.Option(
    "--near-duplicates/--no-near-duplicates",
    help="Set texts aside that nearly repeat another one of the pool, or not.",
    rich_help_panel=_CHOOSING,
)
OVERLAP_SHARE = typer.Option(
    metavar="S",
    help="Share of each batch that several annotators label, so that their agreement is known, 0 to 1.",
    rich_help_panel=_PEOPLE,
)
OVERLAP_COUNT = typer.Option(
    metavar="N", help="How many annotators label each of these, 2 to 10.", rich_help_panel=_PEOPLE
)
CONSENSUS = typer.Option(
    metavar="NAME",
    help="How one class follows from the labels of several annotators: majority, or dawid-skene, where annotators who "
    "err more count less.",
    rich_help_panel=_PEOPLE,
)
GOLD_COUNT = typer.Option(
    metavar="N", help="Gold items that a newcomer answers first, 0 to 1000.", rich_help_panel=_PEOPLE
)
GOLD_FEEDBACK = typer.Option(
    "--gold-feedback/--no-gold-feedback",
    help="Tell annotators the known class of a gold item once they answered, or not.",
    rich_help_panel=_PEOPLE,
)
CURRENCY = typer.Option(metavar="CODE", help="What prices are told in, such as EUR.", rich_help_panel=_COSTS)
