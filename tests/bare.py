# SPDX-License-Identifier: ISC
"""The same program on the emulator alone, without Bulkhead: what a guest's screen is compared with."""
import json
import os
import subprocess
import time

from console import BUILD, Failed

TEXT, COLUMNS, ROWS = 0xb8000, 80, 25


class Bare:
    """A PC (i440FX) of QEMU; options are those of the emulator. Its screen is read from its memory."""

    def __init__(self, *options):
        self.file = os.path.join(BUILD, 'bare-screen.bin')
        self.process = subprocess.Popen(['qemu-system-x86_64', '-M', 'pc', '-accel', 'tcg', '-display', 'none', '-nic', 'none',
                                         '-no-reboot', '-qmp', 'stdio', *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.do('qmp_capabilities')

    def do(self, command, **arguments):
        self.process.stdin.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.process.stdin.flush()
        for line in self.process.stdout:
            answer = json.loads(line)
            if 'error' in answer:
                raise Failed('the bare emulator: %s' % answer['error'])
            if 'return' in answer:
                return answer['return']
        raise Failed('the bare emulator ended')

    def screen(self):
        """The text screen, blanks at the end of its rows cut."""
        self.do('pmemsave', val=TEXT, size=COLUMNS * ROWS * 2, filename=self.file)
        with open(self.file, 'rb') as file:
            text = file.read()[::2].decode('cp437')
        return '\n'.join(text[i:i + COLUMNS].rstrip(' \0') for i in range(0, COLUMNS * ROWS, COLUMNS))

    def picture(self):
        """What its VGA shows: rows of (red, green, blue)."""
        self.do('screendump', filename=self.file)
        with open(self.file, 'rb') as file:
            _, size, _, data = file.read().split(b'\n', 3)
        width, height = (int(word) for word in size.split())
        return [[tuple(data[i:i + 3]) for i in range(3 * width * y, 3 * width * (y + 1), 3)] for y in range(height)]

    def until(self, shown, seconds):
        """The screen that the function `shown` says true to."""
        end = time.time() + seconds
        while True:
            screen = self.screen()
            if shown(screen):
                return screen
            if time.time() > end:
                raise Failed('the bare emulator shows after %d s: %s' % (seconds, screen))
            time.sleep(0.5)

    def key(self, name):
        self.do('human-monitor-command', **{'command-line': 'sendkey ' + name})
        time.sleep(0.15)

    def close(self):
        self.process.kill()
        self.process.wait()
