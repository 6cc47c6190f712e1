"""What a database file needs once, when it is made."""

from django.db import connection


def prepare() -> None:
    """Put an SQLite file into WAL mode, where readers and the writer do not wait for each other.

    The mode stays with the file. It is set here, once, and not at each connection: two workers
    setting it at the same moment lock each other out.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
