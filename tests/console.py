# SPDX-License-Identifier: ISC
"""The terminal in front of a system, for the tests that type at it: tests/smoke, tests/systems."""
import os
import re
import signal
import subprocess
import time

import pexpect
from pexpect import popen_spawn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, 'build')
PROMPT = 'bulkhead> '
LEAVE = '\x1d'
# what the kernel prints when something is wrong with it or its machine (a CPU weakness it works around is not)
BAD = re.compile(r'^.*(\] WARNING:|\bBUG\b|Call Trace|Oops|panic|unchecked MSR|soft lockup|stall|nobody cared|as unstable).*$',
                 re.M)


class Failed(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Failed(what)


def plain(text):
    """Without escape sequences and carriage returns."""
    return re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', '', text).replace('\r', '')


def qemu(image, *options, real_time=False):
    """The command that boots a package; options are the emulator's."""
    return ([os.path.join(BUILD, 'bulkhead'), 'run', image] + ([] if real_time else ['--icount']) +
            ['--', '-action', 'reboot=reset', *options])


def bochs(image, *options):
    """The same in Bochs: a CPU with VT-x."""
    return [os.path.join(BUILD, 'bulkhead'), 'run', image, '--machine', 'bochs', *options]


def with_second_try(attempt):
    """What is wrong with a step. attempt() says that, and whether its machine may have lost an interrupt: such a step, in
    real time, is tried once more, for a guest that has lost one hangs; and it says so."""
    problem, loses = attempt()
    if problem and loses:
        print('    again, in real time the emulator may lose an interrupt: ' + problem, flush=True)
        problem, _ = attempt()
    return problem


class Machine:
    """A command that shows a serial console. What it shows is also in build/LOG."""

    def __init__(self, command, log):
        bochs_runs = 'bochs' in command
        self.limits = 12 if bochs_runs else 1  # every limit of time is so many times as long
        self.waits = 3 if bochs_runs else 1  # the same for waits, in which the machine is to do something
        self.log = open(os.path.join(BUILD, log), 'w', encoding='utf-8')
        # pipes, not a terminal: a machine without /dev/pts can run this; a group of its own, so that close() ends all of it
        self.spawned = popen_spawn.PopenSpawn(command, encoding='utf-8', codec_errors='replace', timeout=30,
                                              preexec_fn=os.setsid)
        self.spawned.delaybeforesend = None
        self.spawned.logfile_read = self.log
        # QEMU that does not count instructions can lose an interrupt: a thread may set its bit while another clears one
        # beside it (VMRUN with V_IRQ). The next interrupt brings the lost one too; a key that means nothing is one.
        self.loses = '--icount' not in command and not bochs_runs
        self.marks = 0

    def type(self, text):
        self.spawned.send(text)

    def until(self, pattern, seconds=30):
        """What comes before the pattern, a regular expression."""
        end = time.time() + seconds * self.limits
        while True:
            try:
                self.spawned.expect(pattern, timeout=max(min(20, end - time.time()), 0))
                return plain(self.spawned.before)
            except pexpect.TIMEOUT:
                if time.time() >= end:
                    raise Failed('no %r within %d s; the last lines: %s' % (pattern, seconds * self.limits, self.tail())) from None
                if self.loses:
                    self.type('\0')
            except pexpect.EOF:
                raise Failed('the emulator ended while %r was expected: %s' % (pattern, self.tail())) from None

    def until_end(self, seconds=30):
        """The emulator ends by itself, with status 0."""
        try:
            self.spawned.expect(pexpect.EOF, timeout=seconds * self.limits)
        except pexpect.TIMEOUT:
            raise Failed('it still runs') from None
        status = self.spawned.proc.wait(seconds)
        need(status == 0, 'exit status %s' % status)

    def close(self):
        """Asks first: `bulkhead run` removes its files."""
        for how in signal.SIGTERM, signal.SIGKILL:
            try:
                os.killpg(self.spawned.pid, how)
                self.spawned.proc.wait(20)
            except ProcessLookupError:
                pass
            except subprocess.TimeoutExpired:
                continue
            return

    def sleep(self, seconds):
        time.sleep(seconds * self.waits)

    def tail(self):
        return ' | '.join(plain(self.spawned.before or '').strip().split('\n')[-4:])

    def command(self, line, seconds=30):
        """The output of a command at the console's prompt."""
        self.type(line + '\r')
        self.until(re.escape(line) + '\r*\n', seconds)
        return self.until(PROMPT, seconds).strip('\n')

    def home(self):
        """To the prompt, from wherever a failed step left us."""
        self.type(LEAVE)
        self.sleep(0.5)
        self.type('\x03')
        self.sleep(0.5)
        marker = 'no command is called "here"'
        self.type('here\r')
        self.until(marker)
        self.until(PROMPT)

    def attach(self, name):
        self.type('attach %s\r' % name)
        self.until('--- attached to %s; Ctrl-] comes back ---\r*\n' % name)

    def leave(self, name):
        self.type(LEAVE)
        self.until('--- detached from %s ---' % name)
        self.until(PROMPT)

    def shell(self, name, seconds=120):
        """Attaches and waits until the shell answers; what the scroll-back shows does not count."""
        self.attach(name)
        end = time.time() + seconds * self.limits
        while True:
            try:
                self.guest(':', 5)
                return
            except Failed:
                if time.time() > end:
                    raise

    def guest(self, line, seconds=60):
        """The output of a line at the attached guest's shell. The marks are computed there: no echo looks like them."""
        self.marks += 1
        join = '' if line.endswith('&') else ';'  # in one line: what is typed while a command runs is echoed into its output
        self.type('echo BEGIN$((%d+0));%s%s echo END$((%d+0))\r' % (self.marks, line, join, self.marks))
        text = self.until('END%d\r*\n' % self.marks, seconds).split('BEGIN%d\n' % self.marks)[-1]
        return '\n'.join(row for row in text.split('\n') if not row.startswith('~ # ')).strip('\n')

    def rows(self, line):
        """A table that a command prints, as {first word: words}."""
        return {words[0]: words for words in (row.split() for row in self.command(line).split('\n')) if words}

    def state(self, name):
        row = self.rows('subjects').get(name)
        need(row and len(row) >= 7, '%s is not in the table of subjects' % name)
        return row[5], int(row[6])

    def wait_state(self, name, state, restarts=None, seconds=60):
        end = time.time() + seconds * self.limits
        while True:
            now = self.state(name)
            if now[0] == state and (restarts is None or now[1] >= restarts):
                return
            need(time.time() < end, '%s is %s with %d restarts' % (name, *now))
            time.sleep(1)
