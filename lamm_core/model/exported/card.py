"""The model card: what a person has to know before using a model. Markdown, with the YAML that hubs read in front."""

import json

from lamm_core.language_names import language_name
from lamm_core.model.encoders import BUILTIN_ENCODERS
from lamm_core.model.exported.facts import LanguageFacts, ModelFacts, one_line
from lamm_core.model.exported.onnx_file import EMBEDDINGS, PREDICTED, PROBABILITIES
from lamm_core.records import Metric
from lamm_core.words import ENGLISH, speaking

_FIGURE_WORDS = {Metric.ACCURACY: "Accuracy", Metric.MACRO_F1: "Macro-F1"}

_CARD = """\
{front}
# {project}, version {version}

It gives each text one of {count} classes, with a probability for each. Made with LAMM for
{languages}.

## Intended use

Texts like those of the project, in its languages, sorted by a programme whose answers people check where they matter.
It was measured on such texts alone; on others, and in other languages, nothing is known of it.

## Classes

{classes}
{unknown}
## How good it is

{figure} on check texts: drawn at random from each language, or imported for that purpose, labelled by people, and never
trained on. Figures and intervals are those of the round that fitted the model, by prediction-powered inference.

| language | {figure_lower} | 95% interval | check labels | target | status | training labels |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

A status is `met` or `missed` only where bounds that hold over all rounds together prove it.

## Training labels

{labels} labels, as the table has them by language. They are no random sample: rounds of active learning chose the texts
that would teach the model most, and more of them in languages far from their target; some labels may have come with an
imported file. So they say nothing about how frequent a class is, and the figures above come from the check texts alone.

## Limits

- A probability is what the model believes, not how often it is right; measure before you act on a threshold.
- A text in another language than those above is treated as one at the mean of all texts of the project.
- It knows no class but those above, and gives one of them to any text.
- The folder `preparation` holds what was computed from the texts of the project: means, runs of up to four characters,
  vectors of single texts. They tell something of what the texts say: pass the folder on only where the texts may go.

## Encoder

{encoder}{encoder_summary}, {dimension} numbers a text.

It is not in this folder: it is loaded by that name, and has a licence of its own. A folder or the id of a model may be
given in its place, as long as it is the same encoder.

## Use

```python
import lamm_core

model = lamm_core.load_model("PATH OF THIS FOLDER")
model.predict(["a text", "another one"], languages=["{example}", "{example}"])
```

```
lamm predict PATH_OF_THIS_FOLDER texts.csv --out predicted.csv
```
{onnx}
## Settings

Version {version} of the model, fitted at {fitted_at} with the seed {seed}; `model.json` has all of it for programmes.

{settings}
"""

_UNKNOWN = """
When this folder was written the project had further classes, which the model never answers, since none of its labels
had them: {names}. It gives their texts one of the classes above.
"""
_ONNX_EMBEDDINGS = """
`classifier.onnx` takes `{input}`, float32 `(n, {dimension})` as the encoder gives them; the rest is inside.
"""
_ONNX_PREPARED = """
`classifier.onnx` takes `{input}`, float32 `(n, e)`: what `model.prepare(texts, languages)` gives, which is not what the
encoder gives.
"""
_ONNX_GIVES = (
    "It gives `{probabilities}`, float32 `(n, {count})` in the order of the classes above, and `{predicted}`, `(n,)`.\n"
)


def model_card(facts: ModelFacts, onnx_input: str | None = None) -> str:
    """The README.md of a model's folder, in English.

    Args:
        onnx_input: name of what the ONNX file takes; None where there is no such file.
    """
    with speaking(ENGLISH):  # names of languages too, whoever asked for the card
        return _written(facts, onnx_input)


def _written(facts: ModelFacts, onnx_input: str | None) -> str:
    builtin = BUILTIN_ENCODERS.get(facts.encoder)
    figure = _FIGURE_WORDS[facts.metric]
    return _CARD.format(
        front=_front_matter(facts),
        project=_plain(facts.project),
        version=facts.version,
        languages=", ".join(f"{_plain(_name(each))} ({_plain(each.language)})" for each in facts.languages),
        count=len(facts.classes),
        classes="\n".join(f"- {_plain(each)}" for each in facts.classes),
        unknown=_unknown(facts),
        figure=figure,
        figure_lower=figure[0].lower() + figure[1:],
        rows="\n".join(map(_row, facts.languages)),
        labels=f"{facts.labels:,}",
        encoder=_plain(facts.encoder),
        encoder_summary=f" ({builtin.summary.rstrip('.')})" if builtin else "",
        dimension=facts.dimension,
        example=facts.languages[0].language,
        onnx=_onnx(facts, onnx_input),
        fitted_at=_plain(facts.fitted_at),
        seed=facts.seed,
        settings="\n".join(f"- `{name}`: {_plain(str(value))}" for name, value in facts.settings.items()),
    )


def _front_matter(facts: ModelFacts) -> str:
    """YAML; every value is JSON, which YAML reads as it is."""
    values = {
        "library_name": "lamm",
        "pipeline_tag": "text-classification",
        "language": [each.language for each in facts.languages],
        "tags": ["active-learning", "multilingual", "text-classification"],
        "metrics": [str(facts.metric).replace("macro-", "")],
        "model_name": facts.project,
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in values.items()]
    return "\n".join(["---", *lines, "---", ""])


def _row(each: LanguageFacts) -> str:
    measured = each.figure is not None and each.low is not None and each.high is not None
    cells = (
        f"{_plain(_name(each))} ({_plain(each.language)})",
        f"{each.figure:.1%}" if measured else "not measured",
        f"{each.low:.1%} to {each.high:.1%}" if measured else "",
        f"{each.checked:,}",
        f"{each.target:.1%}",
        str(each.status),
        f"{each.labels:,}",
    )
    return f"| {' | '.join(cells)} |"


def _unknown(facts: ModelFacts) -> str:
    if not facts.unknown_classes:
        return ""
    names = ", ".join(map(_plain, facts.unknown_classes))
    return _UNKNOWN.format(names=names)


def _onnx(facts: ModelFacts, onnx_input: str | None) -> str:
    if onnx_input is None:
        return ""
    takes = _ONNX_EMBEDDINGS if onnx_input == EMBEDDINGS else _ONNX_PREPARED
    gives = _ONNX_GIVES.format(probabilities=PROBABILITIES, count=len(facts.classes), predicted=PREDICTED)
    return takes.format(input=onnx_input, dimension=facts.dimension) + gives


def _name(each: LanguageFacts) -> str:
    return language_name(each.language)


def _plain(text: str) -> str:
    """A text of users as Markdown that shows it, in one line of a table."""
    return "".join(f"\\{each}" if each in r"\`*_[]<>|#" else each for each in one_line(text))
