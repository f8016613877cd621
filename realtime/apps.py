from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Hangs the hub's ears on the bell, on the door and on the drafts."""

    name = "realtime"

    def ready(self) -> None:
        from helpdesk.drafts.bell import on_draft_changed
        from helpdesk.events.bell import on_knock, on_recorded
        from realtime.bell import knock, ring
        from realtime.draft_bell import tell

        on_recorded(ring)
        on_knock(knock)
        on_draft_changed(tell)
