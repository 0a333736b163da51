# SPDX-License-Identifier: ISC
"""Runs that must be alike: the demo with two Linux guests twice, and a guest without a clock beside two neighbours."""
import concurrent.futures
import os
import re

import emulator
import guest_figures
import linux_figures
from report import Row

SECONDS = '5s'
INTERRUPT = 0x60
NEIGHBOURS = '''<system name="same">
  <guest name="guest" kernel="path1.elf" boot="pvh" memory="8M"> <ports range="0xf4-0xf7"/> </guest>
  <app name="neighbour" image="bench-storm" options="role=%s"> <on-fault kind="io" action="inject"/> </app>
  <schedule name="same" major="200us">
    <cpu id="0"> <frame for="guest" length="100us"/> <frame for="neighbour" length="100us"/> </cpu>
  </schedule>
</system>
'''


def differing(one, two):
    return abs(len(one) - len(two)) + sum(a != b for a, b in zip(one, two))


def talking(text):
    """All kernel messages, with their times, go to the consoles."""
    return text.replace('115200 quiet ', '115200 ')


def repeated(description, name, times):
    """The consoles of so many runs, and the command."""
    image = emulator.build(description, name)
    command = emulator.of_system(image, 1024)
    logs = [image[:-4] + '.%d.log' % i for i in range(times)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(lambda log: emulator.run(command, log, 280), logs))
    if not all(re.search(r'^END', text, re.M) for text in texts):
        raise emulator.Failed('%s did not come to its end' % name)
    return texts, command


def demo():
    (one, two), command = repeated(linux_figures.watched('demo', SECONDS, talking), 'demo', 2)
    idle_texts, idle_command = repeated('tests/bench/periodic/alone.xml', 'alone', 6)
    busy_texts, busy_command = repeated('tests/bench/periodic/busy.xml', 'busy', 6)
    lines = {name: len(re.findall(r'^%s\|' % re.escape(name), one, re.M)) for name in
             sorted(set(re.findall(r'^([\w.-]+)\|', one, re.M)))}
    row = Row('bytes that differ, of %s on all consoles of the demo in %s' % ('{:,}'.format(len(one)), SECONDS), differing(one, two), 0,
              note='lines of each console: ' + ', '.join('%s %d' % pair for pair in lines.items()))
    sums = [int(re.search(r'late_sum=(\d+)', text).group(1)) for text in idle_texts]
    idle = Row('different consoles, less one, of 6 runs that woke 20,000 times from idle', len(set(idle_texts)) - 1, 0,
               note='sums of the delays of all wake-ups, instructions: ' + ' '.join(map(str, sums)))
    busy = Row('the same, while another subject spins, so that the CPU never halts', len(set(busy_texts)) - 1, 0)
    return [('demo', 'The same run again', [row, idle, busy], ['The demo is two Linux guests, with all kernel messages, and three '
             'applications; tests/bench/watch is its console.'])], [command, idle_command, busy_command]


def exits(role, folder):
    """Of the guest's VMCB: (code, info 1, info 2, rip) of each exit."""
    image = emulator.build(NEIGHBOURS % role, 'same-' + role, [folder])
    trace = image[:-4] + '.trace'
    command = emulator.of_system(image) + ['-d', 'in_asm', '-dfilter', '0x1..0x2', '-D', trace]
    emulator.run(command, image[:-4] + '.log')
    by_vmcb, current, found = {}, None, []
    with open(trace) as file:
        for line in file:
            if line.startswith('vmrun! '):
                current = line[7:].strip()
            elif line.startswith('vmexit('):
                by_vmcb.setdefault(current, []).append(tuple(int(word, 16) for word in re.findall(r'[0-9a-f]{8,}', line)))
    for sequence in by_vmcb.values():
        if any(code == 0x72 for code, *_ in sequence):
            found = sequence
    others = sum(len(sequence) for sequence in by_vmcb.values()) - len(found)
    os.unlink(trace)
    return found, others, command


def neighbours():
    folder = guest_figures.payload()
    quiet, quiet_others, command = exits('quiet', folder)
    storm, storm_others, storm_command = exits('storm', folder)

    def own(sequence):
        return [exit for exit in sequence if exit[0] != INTERRUPT]
    return [('neighbours', 'The exits of a guest that reads no clock, beside a quiet and a storming neighbour', [
        Row('exits that differ (reason, details, address), of %s' % '{:,}'.format(len(own(quiet))),
            differing(own(quiet), own(storm)), 0,
            note='other exits meanwhile: %s and %s; frame ends, not compared: %d and %d' % (
                '{:,}'.format(quiet_others), '{:,}'.format(storm_others), len(quiet) - len(own(quiet)),
                len(storm) - len(own(storm))))], [])], [command, storm_command]
