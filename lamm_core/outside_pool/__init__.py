"""A pool that does not fit one machine: it stays where it is, as Parquet files, and the work goes to it part by part.

A pool is a folder of Parquet files (`files.PoolFiles`); each file is a part. What is done to a part is a `PartWork`:
`embedding.EmbedPart` writes its embeddings beside the pool, `scoring.ScorePart` gives the best texts of each language,
`sample.SamplePart` a sample with embeddings. An engine (`engine.open_engine`) carries the work to the parts, in the
processes of this machine or on a Ray cluster, and gives what comes back in any order; `shortlist.merge` makes one
result of it, which does not depend on that order, nor on how the pool is cut into parts.

    pool = PoolFiles.open("s3://bucket/texts")
    place = EmbeddingPlace(pool.default_embeddings, "builtin:use-multilingual")
    with open_engine("ray", address="auto") as engine:
        embed_pool(pool, place, engine)
        sample = draw_sample(pool, place, engine, count=20_000)
        ...  # fit a preparation on the sample, and a classifier on the labels
        work = ScorePart(pool.columns, place, PoolModel(preparation, classifier), count=100)
        best = merge(engine.map_parts(work, pool.parts))

Nothing of the pool enters the database but what is chosen.
"""
