from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Makes the Celery application known, and lets the bell queue the dispatch."""

    name = "tasks"

    def ready(self) -> None:
        import tasks.app  # noqa: F401  whoever queues a job needs to know the broker
        from helpdesk.events.bell import on_recorded
        from tasks.bell import ring

        on_recorded(ring)
