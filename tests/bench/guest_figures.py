# SPDX-License-Identifier: ISC
"""What a guest measures inside itself: tests/bench/payload on Bulkhead and, the same file, on the bare emulator."""
import os
import re
import subprocess
import threading

import emulator
from report import Row

BARE = os.path.join(emulator.BUILD, 'bench', 'bare.e9')
# line of the payload, what it is, bound, goal, line of the bare run if another
LINES = [
    ('hypercall', 'null hypercall', 120, 80, None),
    ('cpuid', 'CPUID', 130, None, None),
    ('x2apic_write_eoi', 'x2APIC end of interrupt', 150, None, 'lapic_mmio_write_eoi'),
    ('rdmsr_table', 'MSR answered from the table', 130, None, None),
    ('rdmsr_apicbase', 'MSR answered by the core (APIC base)', None, None, None),
    ('self_ipi_x2apic', 'self-IPI, ICR write to handler', 300, None, 'self_ipi_xapic'),
    ('x2_timer_busy_20us', 'timer, deadline to handler, running', 400, None, 'timer_busy_20us'),
    ('x2_timer_hlt_20us', 'timer, deadline to handler, out of HLT', 450, None, 'timer_hlt_20us'),
    ('in_0x80', 'port answered by the layer', 320, 200, None),
    ('in_0x21_pic', 'port of a device model (PIC read)', None, None, None),
    ('first_touch_4k', 'first touch of a 4 KiB page (1 = no exit)', 1, None, None),
    ('ioapic_mmio_read', 'register of a device model in memory, decoded by the layer', 1000, None, None),
    ('lapic_mmio_read_id', 'xAPIC register read, decoded by the layer', None, None, None),
    ('lapic_mmio_write_eoi', 'xAPIC end of interrupt, decoded by the layer', None, None, None),
]


NOTES = ['Bare: the emulator has no x2APIC, so it is the same through the xAPIC\'s page. Peers, MSR: their figure for any answered RDMSR.',
         'The end of interrupt is the write alone, as for the peers, with no interrupt in service; one with: see paths.']


def parse(text):
    found = {}
    for line in text.split('\n'):
        words = line.split()
        if line.startswith('MB ') and len(words) > 2 and '=' in words[2]:
            values = dict(word.split('=', 1) for word in words[2:])
            found[words[1]] = int(values.get('med', values.get('value', 0)))
    if not re.search(r'^MB END', text, re.M):
        raise emulator.Failed('the payload did not come to its end')
    return found


def bare_command():
    return emulator.machine('EPYC,+svm', 64) + ['-serial', 'none', '-debugcon', 'file:' + BARE, '-kernel',
                                                os.path.join(emulator.BUILD, 'bench', 'payload', 'mb64.elf')]


BUILDING = threading.Lock()


def payload():
    """Builds the guests; returns their folder."""
    folder = os.path.join(emulator.BUILD, 'bench', 'payload')
    with BUILDING:
        subprocess.run([os.path.join(emulator.HERE, 'payload', 'build'), folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def percent(found):
    return round(100 - found['noise_200ms_stolen'] * 100 / 200000000, 3)


VTX = """<?xml version="1.0"?>
<system name="bench-vtx">
  <guest name="bench" kernel="mbcom64.elf" boot="pvh" memory="64M"><ports range="0x3f8-0x3ff"/></guest>
  <schedule name="bench" major="1ms">
    <cpu id="0"> <frame for="bench" length="1ms"/> </cpu>
  </schedule>
</system>
"""


def on_vtx(folder):
    """The same payload in Bochs, with its figures to the serial port."""
    image = emulator.build(VTX, 'guest-vtx', [folder])
    command = emulator.in_bochs(image)
    return parse(emulator.run_until(command, 'MB END', image[:-4] + '.log')), command


def ratio(vtx, amd, name):
    return round(vtx[name] / amd[name], 2)


def measure():
    folder = payload()
    image = emulator.build('systems/bench.xml', 'guest', [folder])
    command = emulator.of_system(image)
    emulator.run(command, image[:-4] + '.log')
    ours = parse(emulator.read(image[:-4] + '.e9'))
    emulator.run(bare_command(), BARE[:-3] + '.log')
    bare = parse(emulator.read(BARE))
    vtx, in_bochs = on_vtx(folder)
    rows = [Row(what, ours.get(name), bound, bare.get(other or name), name, goal, vtx=vtx.get(name))
            for name, what, bound, goal, other in LINES]
    rows += [Row(what + ', VT-x to AMD-V', ratio(vtx, ours, name), 1.3) for name, what, _, _, _ in LINES[:2]]
    stolen, gaps = ours['noise_200ms_stolen'], ours['noise_200ms_gaps']
    return [('guest', 'In a guest alone on its CPU, median, instructions', rows, NOTES),
            ('guest', 'The same guest busy for 200,000,000 instructions, frames of 1 ms (on VT-x 100,000 instructions, else 1,000,000)', [
                Row('instructions of the bare emulator\'s, percent', percent(ours), 99.9, percent(bare), least=True, vtx=percent(vtx)),
                Row('instructions taken from it', stolen, None, bare['noise_200ms_stolen'], 'noise_200ms_stolen',
                    vtx=vtx['noise_200ms_stolen']),
                Row('interruptions (frame ends: 200; on VT-x 2,000)', gaps, 200, bare.get('noise_200ms_gaps'), 'noise_200ms_gaps',
                    vtx=vtx['noise_200ms_gaps'])],
             [])], [command, bare_command(), in_bochs]
