"""The calls of `google.cloud.tasks.v2` that concern queues."""

from google.cloud import tasks_v2
from google.cloud.tasks_v2 import Queue

from infra.local.tasks_server.book import QueueBook
from infra.local.tasks_server.defaults import fill_queue
from infra.local.tasks_server.limits import check_queue
from infra.local.tasks_server.messages import Empty, copy_of
from infra.local.tasks_server.names import check_location_name, check_queue_name
from infra.local.tasks_server.paging import take_page
from infra.local.tasks_server.rejection import invalid, not_served

_LARGEST_PAGE = 9800
_OUTPUT_ONLY = {"name", "state", "purge_time"}


class QueueCalls:
    """One method per call, request in and response out; raises Rejected."""

    def __init__(self, book: QueueBook) -> None:
        self._book = book

    def create_queue(self, request: tasks_v2.CreateQueueRequest) -> Queue:
        """Hold a new queue, with the defaults filled in."""
        check_location_name(request.parent)
        if not check_queue_name(request.queue.name).startswith(f"{request.parent}/queues/"):
            raise invalid("The queue's name must start with the request's parent.")
        with self._book.changed:
            return copy_of(self._book.open_queue(copy_of(request.queue)).message)

    def get_queue(self, request: tasks_v2.GetQueueRequest) -> Queue:
        """The queue as configured."""
        with self._book.changed:
            return copy_of(self._book.queue(request.name).message)

    def list_queues(self, request: tasks_v2.ListQueuesRequest) -> tasks_v2.ListQueuesResponse:
        """The queues of a location, in the order of their names."""
        if request.filter:
            raise not_served("ListQueuesRequest.filter")
        prefix = f"{check_location_name(request.parent)}/queues/"
        with self._book.changed:
            names = [name for name in self._book.queues if name.startswith(prefix)]
            page, token = take_page(names, request.page_size, request.page_token, _LARGEST_PAGE)
            queues = [copy_of(self._book.queue(name).message) for name in page]
        return tasks_v2.ListQueuesResponse(queues=queues, next_page_token=token)

    def update_queue(self, request: tasks_v2.UpdateQueueRequest) -> Queue:
        """An unknown queue is created, as the real service does."""
        name = check_queue_name(request.queue.name)
        with self._book.changed:
            if name not in self._book.queues:
                return copy_of(self._book.open_queue(copy_of(request.queue)).message)
            queue = self._book.queue(name)
            queue.message = _merge(queue.message, request)
            self._book.wake()
            return copy_of(queue.message)

    def delete_queue(self, request: tasks_v2.DeleteQueueRequest) -> Empty:
        """The queue goes with its tasks, and its name can't be used for three days."""
        with self._book.changed:
            self._book.close_queue(request.name)
            self._book.wake()
        return Empty()

    def purge_queue(self, request: tasks_v2.PurgeQueueRequest) -> Queue:
        """The real service takes up to a minute; here the tasks are gone at once."""
        with self._book.changed:
            queue = self._book.queue(request.name)
            queue.drop_all(self._book.clock.now())
            queue.message.purge_time = self._book.clock.now()
            self._book.wake()
            return copy_of(queue.message)

    def pause_queue(self, request: tasks_v2.PauseQueueRequest) -> Queue:
        """Dispatch no more; new tasks are still taken."""
        return self._set_state(request.name, Queue.State.PAUSED)

    def resume_queue(self, request: tasks_v2.ResumeQueueRequest) -> Queue:
        """Dispatch again, what has become due meanwhile too."""
        return self._set_state(request.name, Queue.State.RUNNING)

    def _set_state(self, name: str, state: int) -> Queue:
        with self._book.changed:
            queue = self._book.queue(name)
            queue.message.state = Queue.State(state)
            self._book.wake()
            return copy_of(queue.message)


def _merge(held: Queue, request: tasks_v2.UpdateQueueRequest) -> Queue:
    """The held queue with the fields of the mask replaced; an empty mask means all that can be."""
    merged = copy_of(held)
    mask = type(request.update_mask)(paths=list(request.update_mask.paths) or ["rate_limits", "retry_config"])
    if not mask.IsValidForDescriptor(Queue.pb(merged).DESCRIPTOR) or _OUTPUT_ONLY.intersection(mask.paths):
        raise invalid("UpdateQueueRequest.update_mask names a field that isn't there, or can't be updated.")
    mask.MergeMessage(Queue.pb(request.queue), Queue.pb(merged), replace_message_field=True)
    fill_queue(merged)
    check_queue(merged)
    return merged
