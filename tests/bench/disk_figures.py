# SPDX-License-Identifier: ISC
"""Exits that disks cost a Linux guest: systems/disks.xml, reads past the guest's cache, the exit counters before and after
twice as many as against once as many, so that what the console costs drops out. The guest's timer ticks are in it: they
are what goes beyond a whole number of exits."""
import os
import re
import subprocess
import sys

import emulator
from report import Row

sys.path.insert(0, os.path.join(emulator.ROOT, 'tests'))
from console import PROMPT, Failed, Machine, qemu  # pylint: disable=wrong-import-position

MIB = 1 << 20
# what is read, bytes of a request, bound of exits a request
READS = (('IDE by bus master, requests of 64 KiB', '/dev/sda', 64 << 10, None),
         ('virtio-blk, requests of 64 KiB', '/dev/vda', 64 << 10, 2),
         ('virtio-blk, requests of 4 KiB', '/dev/vda', 4 << 10, 2))


def exits(machine):
    """All exits of the guest so far, by reason."""
    rows = re.findall(r'^(\S[^\n]*?) +(\d+)$', machine.command('exits linux'), re.M)
    return {name.strip(): int(count) for name, count in rows if not name.startswith('(')}


def read(machine, device, size, count):
    before = exits(machine)
    machine.attach('linux')
    machine.guest('dd if=%s of=/dev/null bs=%d count=%d iflag=direct 2>/dev/null' % (device, size, count), 300)
    machine.leave('linux')
    after = exits(machine)
    return {name: after[name] - before.get(name, 0) for name in after}


def row(machine, what, device, size, bound):
    count = MIB // 2 // size
    once, twice = read(machine, device, size, count), read(machine, device, size, 2 * count)
    more = {name: twice[name] - once.get(name, 0) for name in twice}
    total = sum(more.values())
    reasons = ', '.join('%s %.2f' % (name, value / count) for name, value in sorted(more.items()) if value / count >= 0.01)
    return [Row(what + ': exits per MiB', round(2 * total)),
            Row(what + ': exits per request', round(total / count, 2), bound, note=reasons)]


def measure():
    image = os.path.join(emulator.BUILD, 'bench', 'disks.img')
    subprocess.run([os.path.join(emulator.BUILD, 'bulkhead'), 'build', os.path.join(emulator.ROOT, 'systems/disks.xml'), '-I',
                    emulator.BUILD, '-o', image], check=True)
    command = qemu(image)
    machine = Machine(command, 'bench/disks.log')
    try:
        machine.until(PROMPT, 300)
        machine.shell('linux', 300)
        machine.leave('linux')
        rows = [one for what, device, size, bound in READS for one in row(machine, what, device, size, bound)]
    except Failed as failed:
        raise emulator.Failed(str(failed)) from failed
    finally:
        machine.close()
    return [('disks', 'Exits of a Linux guest for its disks', rows, [])], [command]
