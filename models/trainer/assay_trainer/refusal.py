"""The one way the trainer says no."""

# Exit codes, closed: the launcher has one table over them (docs/trainer.md).
EXIT_DONE = 0
EXIT_INTERNAL = 1
EXIT_REFUSED = 2
EXIT_PARITY = 3
EXIT_OUT_OF_MEMORY = 4
EXIT_DISK_FULL = 5
EXIT_DIVERGED = 6
EXIT_STOPPED = 10
EXIT_OWNER_GONE = 11

EXIT_OF_CODE = {
    "invalid_input": EXIT_REFUSED,
    "unsupported_format": EXIT_REFUSED,
    "parity_failed": EXIT_PARITY,
    "out_of_memory": EXIT_OUT_OF_MEMORY,
    "disk_full": EXIT_DISK_FULL,
    "diverged": EXIT_DIVERGED,
    "internal": EXIT_INTERNAL,
}


class Refusal(Exception):
    """An expected failure: `code` is one of EXIT_OF_CODE, the message is what the user reads."""

    def __init__(self, code: str, message: str, detail: dict | None = None):
        super().__init__(message)
        self.code = code
        self.detail = detail or {}


class Stopped(Exception):
    """Somebody asked for the end: `reason` is "signal" or "owner_gone"."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def unreadable(what: str, error: Exception) -> Refusal:
    """A model folder's part that its library cannot read, with the first line of what the library says."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    reason = lines[0][:300].rstrip(". ")
    return Refusal(
        "unsupported_format",
        f"The model's {what} cannot be read: {reason}. Get a complete copy of the folder.",
    )
