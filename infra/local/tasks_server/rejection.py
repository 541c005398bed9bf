"""What a call is answered when it is not carried out, in the words of the real service."""

import grpc


class Rejected(Exception):
    """A call ends with a gRPC status other than OK."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> Rejected:
    """The request can never be carried out as it is."""
    return Rejected(grpc.StatusCode.INVALID_ARGUMENT, message)


def missing_queue() -> Rejected:
    """No such queue; the real service says the same of one just deleted."""
    return Rejected(
        grpc.StatusCode.NOT_FOUND,
        "Queue does not exist. "
        "If you just created the queue, wait at least a minute for the queue to initialize.",
    )


def missing_task() -> Rejected:
    """No task of this name is known."""
    return Rejected(grpc.StatusCode.NOT_FOUND, "Requested entity was not found.")


def finished_task() -> Rejected:
    """The task went not long ago."""
    return Rejected(
        grpc.StatusCode.NOT_FOUND,
        "The task no longer exists, though a task with this name existed recently. "
        "The task either successfully completed or was deleted.",
    )


def existing_task() -> Rejected:
    """The name is taken by a task, or was until not long ago."""
    return Rejected(grpc.StatusCode.ALREADY_EXISTS, "Requested entity already exists")


def existing_queue() -> Rejected:
    """The name is taken by a queue."""
    return Rejected(grpc.StatusCode.ALREADY_EXISTS, "Queue already exists")


def recently_deleted_queue() -> Rejected:
    """The name was a queue's within the last days."""
    return Rejected(
        grpc.StatusCode.FAILED_PRECONDITION,
        "The queue cannot be created because a queue with this name existed too recently.",
    )


def not_served(what: str) -> Rejected:
    """The real service does this, this one doesn't."""
    return Rejected(grpc.StatusCode.UNIMPLEMENTED, f"{what} is not served locally.")
