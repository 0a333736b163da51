# SPDX-License-Identifier: ISC
"""The same program on the emulator alone, without Bulkhead: what a guest's screen is compared with."""
import json
import os
import subprocess
import time

from console import BUILD, Failed

TEXT, TEXT_BYTES, COLUMNS, ROWS = 0xb8000, 0x8000, 80, 25
CRTC, START_HIGH, START_LOW = 0x3d4, 0x0c, 0x0d


class Bare:
    """A PC (i440FX) of QEMU; options are those of the emulator, which looks for their files in `folder`. Its screen is read
    from its memory."""

    def __init__(self, *options, folder=None):
        self.file = os.path.join(BUILD, 'bare-screen.bin')
        self.process = subprocess.Popen(['qemu-system-x86_64', '-M', 'pc', '-accel', 'tcg', '-display', 'none', '-nic', 'none',
                                         '-no-reboot', '-qmp', 'stdio', *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder)
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

    def monitor(self, line):
        return self.do('human-monitor-command', **{'command-line': line})

    def port(self, place):
        return int(self.monitor('i /b ' + place).split()[-1], 16)

    def origin(self):
        """Characters of the text's memory that have been scrolled off the screen; the CPU stands still meanwhile."""
        self.do('stop')
        index = self.port(hex(CRTC))
        high, low = (self.port('0x%x.0x%x' % (CRTC, register)) for register in (START_HIGH, START_LOW))
        self.monitor('o /b 0x%x 0x%x' % (CRTC, index))
        self.do('cont')
        return high << 8 | low

    def screen(self):
        """The text screen, blanks at the end of its rows cut."""
        first = 2 * self.origin()
        self.do('pmemsave', val=TEXT, size=TEXT_BYTES, filename=self.file)
        with open(self.file, 'rb') as file:
            memory = file.read()
        text = (memory + memory)[first % TEXT_BYTES:][:2 * COLUMNS * ROWS:2].decode('cp437')
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
        self.monitor('sendkey ' + name)
        time.sleep(0.15)

    def close(self):
        self.process.kill()
        self.process.wait()
