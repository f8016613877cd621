from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Hangs the hub's ears on the bell and on the door."""

    name = "realtime"

    def ready(self) -> None:
        from helpdesk.events.bell import on_knock, on_recorded
        from realtime.bell import knock, ring

        on_recorded(ring)
        on_knock(knock)
