# SPDX-License-Identifier: ISC
"""Exits that disks cost a Linux guest: systems/disks.xml, one request at a time, past the guest's cache. The counters of the
core, of the guest's disk and of its interrupts are read before and after, for some requests and for REQUESTS more: the
difference is free of what the console and the programs cost, but for some accesses as characters come singly or not.

A request itself causes its accesses to the controller, in ports or memory, and the ends of its interrupts (one write of an
MSR each). What is left is the guest's: its timer's ticks, and halts with more timer where it waits for a server."""
import os
import re
import subprocess
import sys

import emulator
from report import Row

sys.path.insert(0, os.path.join(emulator.ROOT, 'tests'))
from console import PROMPT, Failed, Machine, qemu  # pylint: disable=wrong-import-position

MIB = 1 << 20
REQUESTS = 1024
# what, the guest's disk, its interrupts' name, bytes of a request, requests of one dd, bound of the exits it causes
READS = (('IDE by bus master, 64 KiB', 'sda', 'ata_piix', 64 << 10, 8, None),
         ('virtio-blk, 4 KiB', 'vda', 'virtio0-req', 4 << 10, 64, 2),
         ('virtio-blk, 64 KiB', 'vda', 'virtio0-req', 64 << 10, 8, 2),
         ('virtio-blk, 500 KiB', 'vda', 'virtio0-req', 500 << 10, 2, 2),
         ('virtio-blk by a server, 4 KiB', 'vdb', 'virtio1-req', 4 << 10, 64, 2),
         ('virtio-blk by a server, 64 KiB', 'vdb', 'virtio1-req', 64 << 10, 8, 2))


def exits(machine):
    """All exits of the guest so far, by reason."""
    rows = re.findall(r'^(\S[^\n]*?) +(\d+)$', machine.command('exits linux'), re.M)
    return {name.strip(): int(count) for name, count in rows if not name.startswith(('(', 'linux'))}


def counters(machine, disk, interrupts):
    """Requests that the guest's disk has answered so far, and their interrupts."""
    machine.attach('linux')
    text = machine.guest('cat /sys/block/%s/stat; grep %s /proc/interrupts' % (disk, interrupts))
    machine.leave('linux')
    stat, *rows = [line.split() for line in text.split('\n')]
    return {'requests': int(stat[0]), 'interrupts': sum(int(row[1]) for row in rows)}


def read(machine, disk, interrupts, size, count, times):
    """What `times` runs of dd with `count` requests each add to all counters."""
    before = counters(machine, disk, interrupts)
    before.update(exits(machine))
    machine.attach('linux')
    machine.guest('for i in $(seq %04d); do dd if=/dev/%s of=/dev/null bs=%d count=%d iflag=direct 2>/dev/null; done' %
                  (times, disk, size, count), 300)
    machine.leave('linux')
    after = exits(machine)
    after.update(counters(machine, disk, interrupts))
    return {name: after[name] - before.get(name, 0) for name in after}


def rows(machine, what, disk, interrupts, size, count, bound):
    once, more = (read(machine, disk, interrupts, size, count, times) for times in (10, 10 + REQUESTS // count))
    more = {name: more[name] - once.get(name, 0) for name in more}
    requests = more.pop('requests')
    if requests != REQUESTS:
        raise emulator.Failed('%s: %d requests became %d' % (what, REQUESTS, requests))
    ends = more.pop('interrupts')
    caused = more['port'] + more['memory'] + ends
    total = sum(more.values())
    others = {**more, 'msr': more['msr'] - ends, 'port': 0, 'memory': 0}
    rest = ', '.join('%s %.2f' % (name, value / requests) for name, value in sorted(others.items()) if abs(value / requests) >= 0.005)
    return [Row(what + ': exits a request causes', round(caused / requests, 2), bound,
                note='accesses %.2f, ends of interrupts %.2f' % ((caused - ends) / requests, ends / requests)),
            Row(what + ': all exits a request, with the guest\'s own', round(total / requests, 2),
                note='besides, %s; %.0f a MiB' % (rest or 'nothing', total / requests * MIB / size))]


def measure():
    image = os.path.join(emulator.BUILD, 'bench', 'disks.img')
    subprocess.run([os.path.join(emulator.BUILD, 'bulkhead'), 'build', os.path.join(emulator.ROOT, 'systems/disks.xml'), '-I',
                    emulator.BUILD, '-o', image], check=True)
    command = qemu(image)
    machine = Machine(command, 'bench/disks.log')
    try:
        machine.marks = 100  # so that all lines are as long: an echoed character costs exits
        machine.until(PROMPT, 300)
        machine.shell('linux', 300)
        machine.leave('linux')
        table = [one for what in READS for one in rows(machine, *what)]
    except Failed as failed:
        raise emulator.Failed(str(failed)) from failed
    finally:
        machine.close()
    return [('disks', 'Exits of a Linux guest for its disks, one request at a time', table, [])], [command]
