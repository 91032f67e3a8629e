"""What is done to embeddings before a classifier is fitted on them: fitted on the pool, without labels."""
