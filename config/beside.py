"""What runs beside the requests of a web process."""

from __future__ import annotations

from config.meters import tell_every_second


def start_watching() -> None:
    """This process tells how it is, and writes refusals to the access logs; `stop_watching` writes the rest."""
    import config.asgi  # noqa: F401  sets Django up, which the notes need
    from tenants.watch.notes import notes

    notes.start()
    tell_every_second()


def hear_of_others() -> None:
    """In the running loop, also before anybody opens a socket: what other processes change is cached here."""
    from realtime.hub import current_hub

    current_hub().hear()


def stop_watching() -> None:
    from tenants.watch.notes import notes

    notes.stop()
