# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A terminal that a test has in its hands: a program starts as the leader of its session, keys become signals at once."""
import fcntl
import os
import pty
import select
import subprocess
import termios
import threading

from profiled import PATIENCE

ECHO_IN = 3  # index of the local modes in what tcgetattr() returns


class PseudoTerminal:
    def __init__(self, command, prepare=lambda: None, **keywords):
        self.master, self.slave = pty.openpty()
        modes = termios.tcgetattr(self.slave)
        modes[ECHO_IN] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)

        def begin():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            prepare()
        self.process = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        start_new_session=True, preexec_fn=begin, **keywords)
        self.shown = b""
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        """So that nobody waits for room."""
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return  # nobody has it open any more
            with self.news:
                self.shown += data
                self.news.notify_all()

    def wait_for(self, text):
        with self.news:
            if not self.news.wait_for(lambda: text in self.shown, PATIENCE):
                raise AssertionError("the terminal never showed %r, but %r" % (text, self.shown[-2000:]))

    def type(self, keys):
        os.write(self.master, keys)

    def type_signal(self, key):
        """Returns when it has been sent. The terminal takes keys one by one: when there is a line, what was before it
        is done (drivers/tty/n_tty.c, n_tty_receive_buf_common). When the session is over there is one, too."""
        self.type(key + b"\n")
        if not select.select([self.slave], [], [], PATIENCE)[0]:
            raise AssertionError("what was typed never arrived")

    def close(self):
        os.close(self.slave)
        self.reader.join(PATIENCE)
        os.close(self.master)
