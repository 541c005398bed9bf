"""The calls of `google.cloud.tasks.v2` that concern tasks."""

from google.cloud import tasks_v2
from google.cloud.tasks_v2 import HttpMethod, Task

from infra.local.tasks_server.book import QueueBook
from infra.local.tasks_server.defaults import fill_retries
from infra.local.tasks_server.held_task import HeldTask
from infra.local.tasks_server.limits import DEFAULT_DEADLINE, check_task
from infra.local.tasks_server.messages import Empty, copy_of
from infra.local.tasks_server.names import check_queue_name, check_task_name, generate_task_name
from infra.local.tasks_server.outgoing import USER_AGENT, keep_user_headers
from infra.local.tasks_server.paging import take_page
from infra.local.tasks_server.rejection import existing_task

_LARGEST_PAGE = 1000
_OUTPUT_ONLY = ("dispatch_count", "response_count", "first_attempt", "last_attempt", "view")


class TaskCalls:
    """One method per call, request in and response out; raises Rejected."""

    def __init__(self, book: QueueBook) -> None:
        self._book = book

    def create_task(self, request: tasks_v2.CreateTaskRequest) -> Task:
        """Hold a new task; ALREADY_EXISTS when its name is taken."""
        parent = check_queue_name(request.parent)
        task = copy_of(request.task)
        task.name = check_task_name(task.name, parent) if task.name else generate_task_name(parent)
        with self._book.changed:
            queue = self._book.queue(parent)
            self._complete(task)
            if self._book.is_name_taken(queue, task.name):
                raise existing_task()
            queue.add(HeldTask(task, due_at=task.schedule_time))
            self._book.wake()
            return view(task, request.response_view)

    def get_task(self, request: tasks_v2.GetTaskRequest) -> Task:
        """The task while it waits or runs."""
        with self._book.changed:
            return view(self._book.task(request.name)[1].message, request.response_view)

    def list_tasks(self, request: tasks_v2.ListTasksRequest) -> tasks_v2.ListTasksResponse:
        """The tasks of a queue, in the order of their names."""
        with self._book.changed:
            held = self._book.queue(check_queue_name(request.parent)).tasks
            page, token = take_page(held, request.page_size, request.page_token, _LARGEST_PAGE)
            tasks = [view(held[name].message, request.response_view) for name in page]
        return tasks_v2.ListTasksResponse(tasks=tasks, next_page_token=token)

    def delete_task(self, request: tasks_v2.DeleteTaskRequest) -> Empty:
        """An attempt that is under way goes on, but is the last."""
        with self._book.changed:
            queue, _task = self._book.task(request.name)
            queue.drop(request.name, self._book.clock.now())
            self._book.wake()
        return Empty()

    def run_task(self, request: tasks_v2.RunTaskRequest) -> Task:
        """Dispatch now, whatever the queue's state and limits; harmless when it already runs."""
        with self._book.changed:
            queue, task = self._book.task(request.name)
            if not task.is_running:
                queue.reschedule(task, self._book.clock.now())
                self._book.forced.append((queue, task))
                self._book.wake()
            return view(task.message, request.response_view)

    def _complete(self, task: Task) -> None:
        """Check what the client sent, and fill in what it left out."""
        now = self._book.clock.now()
        for name in _OUTPUT_ONLY:
            Task.pb(task).ClearField(name)
        check_task(task, now)
        if task.http_request.http_method == HttpMethod.HTTP_METHOD_UNSPECIFIED:
            task.http_request.http_method = HttpMethod(HttpMethod.POST)
        task.http_request.headers = keep_user_headers(task.http_request.headers) | {"User-Agent": USER_AGENT}
        task.create_time = now.replace(microsecond=0)
        task.schedule_time = max(task.schedule_time, now) if "schedule_time" in task else now
        task.dispatch_deadline = task.dispatch_deadline or DEFAULT_DEADLINE
        if "retry_config" in task:
            fill_retries(task.retry_config)


def view(task: Task, wanted: int) -> Task:
    """A copy as one may see it: BASIC, the default, leaves the body out."""
    copy = copy_of(task)
    copy.view = Task.View(wanted or Task.View.BASIC)
    if copy.view == Task.View.BASIC:
        copy.http_request.body = b""
    return copy
