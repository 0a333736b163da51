# SPDX-License-Identifier: ISC
"""Frames, switches and events as applications see them: tests/bench/frames, events and periodic."""
import os
import re

import emulator
import guest_figures
from report import Row

HOLD_US = 5


def values(log, pattern):
    """{first word: {key: number}} of the lines that begin with the pattern."""
    found = {}
    for line in re.findall('^%s .*$' % pattern, log, re.M):
        words = line.split()[1:]
        name = words.pop(0) if words and '=' not in words[0] else ''
        found[name] = {key: int(value) for key, value in (word.split('=') for word in words)}
    if not found:
        raise emulator.Failed('no line %s' % pattern)
    return found


def histogram(log, pattern, first):
    """Counts of slots whose upper bounds are `first` times powers of two, as text."""
    found = re.search(r'^%s([ \d]+)$' % pattern, log, re.M)
    counts = [int(word) for word in found.group(1).split()] if found else []
    return ', '.join('%s%d: %d' % ('<= ' if i else '0..', first << i, count) for i, count in enumerate(counts) if count)


def run(description, name, memory=512, cpus=1, folders=()):
    image = emulator.build(description, name, folders)
    command = emulator.of_system(image, memory, cpus)
    log = emulator.run(command, image[:-4] + '.log', 280)
    if not re.search(r'^END', log, re.M):
        raise emulator.Failed('%s did not come to its end; see build/bench/%s.log' % (name, name))
    return log, command


def share_error(shares):
    """The largest distance from the plan, one half, in percentage points."""
    return round(max(abs(50 - 100 * s['own'] / (s['own'] + s['other'])) for s in shares.values()), 3)


def frames():
    log, command = run('tests/bench/frames/system.xml', 'frames')
    rows = values(log, 'FRAMES')
    storms = {name: row for name, row in rows.items() if name != 'spins'}
    latest = {name: row['late_max'] for name, row in rows.items()}
    text = emulator.read(os.path.join(emulator.ROOT, 'tests/bench/frames/system.xml'))
    text = text.replace('role=steady', 'role=steady hold=%d' % HOLD_US)
    held_log, held_command = run(text.replace('<frame for="steady"', '<frame for="steady" hold-start="%dus"' % HOLD_US), 'hold')
    held = values(held_log, 'FRAMES')
    low, high = min(r['late_min'] for r in held.values()), max(r['late_max'] for r in held.values())
    count = sum(row['n'] for row in storms.values())
    return [('frames', 'Frames of 100 us, %s of them with a neighbour that storms with exits, instructions' % '{:,}'.format(count), [
        Row('frame switch, last instruction of one subject to first of the next, median', rows['spins']['switch_med'], 400,
            note='%d to %d; includes up to 8 of the measuring loops' % (rows['spins']['switch_min'], rows['spins']['switch_max'])),
        Row('frame start, largest deviation from the plan', max(row['late_max'] for row in storms.values()), 2000,
            note='by neighbour: ' + ', '.join('%s %d' % pair for pair in latest.items())),
        Row('frames missed', sum(row['missed'] for row in rows.values()), 0),
        Row('with hold-start, largest deviation from plan + %d us' % HOLD_US, max(abs(low), abs(high)), 16),
        Row('with hold-start, latest less earliest: what a neighbour can change', high - low,
            note='%d..%d after plan + %d us; includes up to 6 of the measuring loop' % (low, high, HOLD_US)),
        Row('shares off the plan, percentage points', share_error(values(log, 'SHARE')), 0.1,
            note='by the core\'s own account of run time')],
             ['The neighbour storms from the first to the last microsecond of each of its frames.'])], [command, held_command]


def events():
    log, command = run('tests/bench/events/system.xml', 'events', cpus=2)
    rows = values(log, 'EVENT')
    return [('events', 'Event to a subject on another CPU, send to handler, median, instructions of both CPUs', [
        Row('the receiver runs', rows['running']['med'], note='99 %% within %d; it waited %d times' % (rows['running']['p99'], rows['running']['waits'])),
        Row('the receiver halts', rows['halted']['med'], note='99 %% within %d; it waited %s times' % (rows['halted']['p99'], '{:,}'.format(rows['halted']['waits'])))], [])], [command]


def restart():
    log, command = run('tests/bench/periodic/restart.xml', 'restart', 1024, folders=[guest_figures.payload()])
    row = values(log, 'PERIODS')['']
    return [('restart', 'A guest of 256 MiB restarts %d times beside a subject with a period of 1 ms' % row['restarts'], [
        Row('frames missed, of %d' % row['n'], row['missed'], 0),
        Row('latest wake-up after its deadline, instructions', row['late_max']),
        Row('longest restart, ms', row['longest'])], [])], [command]


def periodic():
    log, command = run('tests/bench/periodic/linux.xml', 'periodic', 1024)
    row = values(log, 'PERIODS')['']
    return [('periodic', 'A subject with a period of 1 ms beside a Linux that boots and then starts 20 programs a second', [
        Row('periods missed, of %s' % '{:,}'.format(row['n']), row['missed'], 0),
        Row('heartbeats that Linux sent meanwhile', row['beats']),
        Row('latest wake-up after its deadline, instructions', row['late_max'],
            note='histogram: ' + histogram(log, 'JITTER', 32))], [])], [command]
