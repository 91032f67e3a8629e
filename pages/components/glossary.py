"""What the words mean that a newcomer does not know, for the help beside figures: one meaning a word, on all pages."""

from lamm_core.words import marked

GAP = marked("The gap is the distance from the figure to the target.")
INTERVAL = marked("Between these two the true figure lies in 95 of 100 cases; more check labels bring them together.")
PROVEN = marked(
    "Met and missed are proven on the check set, however often you look. Not proven: too few check labels to tell. Out "
    "of reach: by the forecast, more labels end under the target."
)
TARGET = marked("What the model is to reach in this language. Managers set it, under What if or on the page Project.")
CHECK_SET = marked("Texts drawn by chance, labelled, and never trained on: they measure how good the model is.")
QUOTA = marked("The quota: how many texts of the next batch are in this language.")
WEIGHT = marked(
    "How much a language counts when a batch is chosen, as a share of all: the larger its gap, the larger its weight."
)
UNCERTAINTY = marked(
    "How undecided the model is about a text. Entropy looks at all classes, margin at the two likeliest, "
    "least-confidence at the likeliest alone. Undecided texts are labelled first."
)
FORECAST = marked("Labels of all languages until the target, with an 80% range.")
BATCH = marked("A batch is the texts that one round chose to be labelled; its size is the budget.")
STRATEGY = marked("How the texts of a batch were chosen. The page Compare shows where others would have led.")
ENCODER = marked("What turned the texts into numbers for the model.")
CONFIDENCE = marked("The probability that the model gave to its wrong answer.")
DRIFT = marked(
    "Whether texts are of the kind that the check set was drawn from. It says that texts differ, not that the model is "
    "worse at them."
)
GOLD = marked("Texts whose class was known beforehand, and was hidden from the annotator.")
