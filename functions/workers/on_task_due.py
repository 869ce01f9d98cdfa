"""TaskQueue: a task may be due, or its webhook is to be told of something."""

from tandem.entry import consumer
from tandem.tasks.hints import TaskDue
from tandem.tasks.scheduling import run_task


@consumer("TaskQueue", TaskDue)
def handler(message: TaskDue) -> None:
    """Place its call, or deliver what is to be told: once however often the message comes."""
    run_task(message)
