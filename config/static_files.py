"""The files below /static/, as whitenoise found them at the start."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFiles(WhiteNoiseMiddleware):
    """A file that is gone since, as while the page is built anew, is one that is not there: 404, as any other."""

    def serve(self, static_file: StaticFile, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase
        try:
            answer = WhiteNoiseMiddleware.serve(static_file, request)
        except FileNotFoundError:
            answer = self.get_response(request)
        return answer
