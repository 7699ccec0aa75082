"""Settings of the property tests, and a world that several tests only read."""

import gc
from itertools import count

import pytest
from hypothesis import HealthCheck, settings

from govmodel.model import GovernanceModel
from tests.worlds import CHINA, lived

settings.register_profile("laws", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("laws")


@pytest.fixture(scope="session")
def small() -> GovernanceModel:
    """Give the default case at ten thousand packs, lived to its end: for reading only."""
    return lived(CHINA.with_(scale=20000))


@pytest.fixture(autouse=True)
def swept():
    """Sweep up after every tenth test: worlds are circles of references, and their large arrays lie about."""
    yield
    if next(_TESTS) % 10 == 0:
        gc.collect()


_TESTS = count(1)
