from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Hangs the hub's ear on the bell."""

    name = "realtime"

    def ready(self) -> None:
        from helpdesk.events.bell import on_recorded
        from realtime.bell import ring

        on_recorded(ring)
