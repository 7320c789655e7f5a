# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The base of tests in which an ordinary user runs memray: nothing lies where only root can enter."""
import shutil
from pathlib import Path

from attached import CALLS, TARGET, Attached
from profiled import LIBRARIES, MEMRAY

NOBODY = 65534


class OtherUser(Attached):
    user = NOBODY

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)
        self.binary = self.folder / "bin" / "memray"
        self.copy(MEMRAY, self.binary)
        payload = self.folder / "lib" / "libmemray_payload.so"
        self.copy(Path(MEMRAY).parent.parent / "lib" / payload.name, payload)
        for source in (TARGET, CALLS, LIBRARIES / "states.so"):
            self.copy(source, self.folder / source.name)
        self.target, self.calls = self.folder / TARGET.name, self.folder / CALLS.name
        self.identity = {"user": self.user, "group": self.user, "extra_groups": []}
        self.own = {**self.identity, "executable": self.binary}

    @staticmethod
    def copy(source, destination):
        destination.parent.mkdir(mode=0o755, exist_ok=True)
        shutil.copy(source, destination)
        destination.chmod(0o755)

    def launch_as_other(self, *arguments, **keywords):
        return self.launch(*arguments, target=self.target, calls=self.calls, **self.identity, **keywords)
