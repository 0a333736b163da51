# SPDX-License-Identifier: ISC
"""Debian's cloud kernel to its shell, and the start of the core: the shipped systems with tests/bench/watch in place of
the console application, which prints the exit counters at the shell's prompt, the start-up times and every console."""
import os
import re

import emulator
from report import Row

WATCH = '''<app name="console" image="bench-watch" options="seconds=%s">
    <ports range="0x3f8-0x3ff"/> <ports range="0xf4-0xf7"/>
    <may>subject.* status.read audit.read audit.write schedule.switch self-test board.*</may>
  </app>'''
START_BOUND, EXITS_BOUND = 30000000, 5000


def watched(name, seconds, also=lambda text: text):
    """systems/NAME.xml with the watcher."""
    text = emulator.read(os.path.join(emulator.ROOT, 'systems', name + '.xml'))
    changed, count = re.subn(r'<app name="console">.*?</app>', lambda _: WATCH % seconds, text, flags=re.S)
    if count != 1:
        raise emulator.Failed('systems/%s.xml has no console application' % name)
    return also(changed)


def start_row(log, what):
    found = re.search(r'^START entry=(\d+) first=(\d+) load=(\d+)', log, re.M)
    if not found:
        raise emulator.Failed('no line START')
    entry, first, load = (int(word) for word in found.groups())
    return Row(what, first - entry - load, START_BOUND, note='with loading, scrubbing and measuring %s' %
               '{:,}'.format(first - entry))


SMALL = '''<system name="start">
  %s
  %s
</system>
'''


def start():
    """The start of the core alone: with one CPU and with four, and next to nothing to load."""
    rows, commands = [], []
    for cpus in (1, 4):
        others = ''.join('<app name="hello%d" image="hello" cpu="%d"/>' % (cpu, cpu) for cpu in range(1, cpus))
        watch = (WATCH % '100ms').replace('schedule.switch ', '')
        image = emulator.build(SMALL % (watch, others), 'start%d' % cpus)
        commands.append(emulator.of_system(image, 512, cpus))
        log = emulator.run(commands[-1], image[:-4] + '.log')
        rows.append(start_row(log, 'small applications, %d CPU%s' % (cpus, 's' if cpus > 1 else '')))
    return [('start', 'Core entry to first guest instruction, without loading, scrubbing and measuring, instructions', rows,
             [])], commands


def quiet(text):
    return text.replace('<guest name="linux"', '<guest name="linux" cmdline="console=ttyS0 quiet"')


def by_reason(exits):
    """The exits, and what is counted beside them."""
    return ({reason: count for reason, count in exits.items() if not reason.startswith('(')},
            {reason.strip('()'): count for reason, count in exits.items() if reason.startswith('(')})


def told(real, others):
    return '%s; of them or besides: %s' % (', '.join('%s %d' % pair for pair in sorted(real.items(), key=lambda p: -p[1]) if pair[1]),
                                           ', '.join('%s %d' % pair for pair in others.items()))


def measure():
    image = emulator.build(watched('linux', '3s', quiet), 'linux')
    command = emulator.of_system(image, 1024)
    log = emulator.run(command, image[:-4] + '.log')
    exits = {reason: int(count) for reason, count in re.findall(r'^EXITS linux (\S+) (\d+)', log, re.M)}
    shell = re.search(r'^SHELL linux at=(\d+)', log, re.M)
    if not shell:
        raise emulator.Failed('Linux did not come to its shell')
    real, others = by_reason(exits)
    exits_row = Row('exits', sum(real.values()), EXITS_BOUND, note=told(real, others))
    time_row = Row('virtual time at the prompt, ms', int(shell.group(1)) // 1000000)
    return [('linux', 'Debian\'s cloud kernel, quiet, to its shell', [exits_row, time_row], []),
            ('linux', 'Core entry to first guest instruction, without loading, scrubbing and measuring, instructions',
             [start_row(log, 'systems/linux.xml, one CPU')], [])], [command]
