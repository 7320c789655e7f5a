# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The base of tests in which an ordinary user runs memray: nothing lies where only root can enter."""
import shutil
from pathlib import Path

from attached import CALLS, TARGET, Attached
from profiled import LIBRARIES, MEMRAY, PROGRAMS

NOBODY = 65534


def copy(source, destination):
    destination.parent.mkdir(mode=0o755, exist_ok=True)
    shutil.copy(source, destination)
    destination.chmod(0o755)


def install(folder):
    """Copies the program and its library to where everybody may read them; returns the program."""
    folder.chmod(0o777)
    library = Path("lib") / "libmemray_payload.so"
    copy(PROGRAMS.parent / library, folder / library)
    copy(MEMRAY, folder / "bin" / "memray")
    return folder / "bin" / "memray"


class OtherUser(Attached):
    user = NOBODY
    copy = staticmethod(copy)

    def setUp(self):
        super().setUp()
        self.binary = install(self.folder)
        for source in (TARGET, CALLS, LIBRARIES / "states.so"):
            self.copy(source, self.folder / source.name)
        self.target, self.calls = self.folder / TARGET.name, self.folder / CALLS.name
        self.identity = {"user": self.user, "group": self.user, "extra_groups": []}
        self.own = {**self.identity, "executable": self.binary}

    def launch_as_other(self, *arguments, **keywords):
        return self.launch(*arguments, target=self.target, calls=self.calls, **self.identity, **keywords)
