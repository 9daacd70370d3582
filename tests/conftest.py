"""What holds for all tests."""

from hypothesis import settings

# A deadline is a time that a busy machine misses, and no test of ours asserts one.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
