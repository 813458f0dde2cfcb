"""Libraries for LD_PRELOAD, which ends a name at a space or a colon: a checkout may lie in a folder with one."""

import atexit
import pathlib
import shutil
import tempfile


def preloadable(library):
    """A link to the library, below the folder of temporary files, that lasts as long as this process."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-preload-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = folder / pathlib.Path(library).name
    link.symlink_to(pathlib.Path(library).resolve())
    return str(link)
