"""A model outside its project: a folder that anybody can pass on, and what predicts from it."""
