from pathlib import Path

import helpdesk.migrations

__path__ = [str(Path(__file__).parent), *helpdesk.migrations.__path__]
