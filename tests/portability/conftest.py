from tests.postmortems.conftest import empty_store

__all__ = ["empty_store"]
