"""Start the dashboard: `python -m govmodel_app` from a wheel, `python app` from a checkout."""

import importlib.util
import sys
from pathlib import Path

NAME = "govmodel_app"
HERE = Path(__file__).resolve().parent


def give_name() -> None:
    """Let this folder be imported as govmodel_app, whatever else is installed; worker processes pass here too."""
    if NAME in sys.modules:
        return
    sys.path.insert(0, str(HERE.parent))  # its own govmodel too
    spec = importlib.util.spec_from_file_location(NAME, HERE / "__init__.py", submodule_search_locations=[str(HERE)])
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)


give_name()

if __name__ == "__main__":
    if not __package__:
        __spec__ = None  # else worker processes would not pass here, and would not know the name
    from govmodel_app.serve import main

    sys.exit(main())
