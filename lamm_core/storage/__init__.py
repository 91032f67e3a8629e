"""The database: tables, migrations, and one module for each kind of record.

Functions take an open connection first, so that the workflow decides what belongs into one transaction.
"""
