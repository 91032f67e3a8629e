"""From a text to a class: encoders, the embedding store, the classifier, and how right it is."""
