"""The gRPC surface: which call is answered by what."""

from collections.abc import Callable
from typing import Any

import grpc
from google.cloud import tasks_v2

from infra.local.tasks_server.book import QueueBook
from infra.local.tasks_server.messages import Empty
from infra.local.tasks_server.queue_calls import QueueCalls
from infra.local.tasks_server.rejection import Rejected
from infra.local.tasks_server.task_calls import TaskCalls

SERVICE = "google.cloud.tasks.v2.CloudTasks"


def build_handler(book: QueueBook) -> grpc.GenericRpcHandler:
    """Serve the calls below; gRPC itself answers UNIMPLEMENTED to all others."""
    queues, tasks = QueueCalls(book), TaskCalls(book)
    calls: list[tuple[str, Callable[[Any], Any], Any, Any]] = [
        ("CreateQueue", queues.create_queue, tasks_v2.CreateQueueRequest, tasks_v2.Queue),
        ("GetQueue", queues.get_queue, tasks_v2.GetQueueRequest, tasks_v2.Queue),
        ("ListQueues", queues.list_queues, tasks_v2.ListQueuesRequest, tasks_v2.ListQueuesResponse),
        ("UpdateQueue", queues.update_queue, tasks_v2.UpdateQueueRequest, tasks_v2.Queue),
        ("DeleteQueue", queues.delete_queue, tasks_v2.DeleteQueueRequest, Empty),
        ("PurgeQueue", queues.purge_queue, tasks_v2.PurgeQueueRequest, tasks_v2.Queue),
        ("PauseQueue", queues.pause_queue, tasks_v2.PauseQueueRequest, tasks_v2.Queue),
        ("ResumeQueue", queues.resume_queue, tasks_v2.ResumeQueueRequest, tasks_v2.Queue),
        ("CreateTask", tasks.create_task, tasks_v2.CreateTaskRequest, tasks_v2.Task),
        ("GetTask", tasks.get_task, tasks_v2.GetTaskRequest, tasks_v2.Task),
        ("ListTasks", tasks.list_tasks, tasks_v2.ListTasksRequest, tasks_v2.ListTasksResponse),
        ("DeleteTask", tasks.delete_task, tasks_v2.DeleteTaskRequest, Empty),
        ("RunTask", tasks.run_task, tasks_v2.RunTaskRequest, tasks_v2.Task),
    ]
    return grpc.method_handlers_generic_handler(SERVICE, {name: _serve(*rest) for name, *rest in calls})


def _serve(
    call: Callable[[Any], Any],
    request: Any,
    response: Any,
) -> "grpc.RpcMethodHandler[Any, Any]":
    def answer(message: Any, context: grpc.ServicerContext) -> Any:
        try:
            return call(message)
        except Rejected as rejected:
            return context.abort(rejected.code, rejected.message)

    serialize = response.SerializeToString if response is Empty else response.serialize
    return grpc.unary_unary_rpc_method_handler(answer, request.deserialize, serialize)
