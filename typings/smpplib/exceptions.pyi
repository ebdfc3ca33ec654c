"""The library has no types of its own; these are the parts that we use."""

class ConnectionError(Exception): ...  # noqa: A001  # the library's name
class PDUError(Exception): ...
