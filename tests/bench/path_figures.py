# SPDX-License-Identifier: ISC
"""What instruction counts cannot see: on each way through the core, how often the expensive instructions are executed.

Two guests of tests/bench/payload/path.c take turns in frames. After the start, the emulator executes one instruction at a
time and logs those in the core's text, and each entry and exit. What lies between an exit of a guest and the next entry
of a guest is one way (an entry of a virtualization layer on behalf of its guest is part of it); the instruction at the
exit's address, or what comes after, says which. Instructions are told by objdump's text of the core."""
import os
import re
import subprocess
import time
from collections import Counter

import emulator
import guest_figures
from report import plain_table

SYSTEM = '''<system name="paths">
  <guest name="one" kernel="path0.elf" boot="pvh" memory="8M"/>
  <guest name="two" like="one"/>
  <schedule name="paths" major="200us">
    <cpu id="0"> <frame for="one" length="100us"/> <frame for="two" length="100us"/> </cpu>
  </schedule>
</system>
'''
CORE = os.path.join(emulator.BUILD, 'core-amd.elf64')
TLB_CONTROL = 0x5c  # in the VMCB, APM 2 appendix B
LOG_BYTES = 40000000
INTERRUPT, HALT, VMMCALL = 0x60, 0x78, 0x81
PATHS = [('hypercall', 'hypercall'), ('cpuid', 'CPUID'), ('msr', 'MSR from the table'), ('eoi', 'end of interrupt'),
         ('port', 'port, answered by the layer'), ('timer', 'timer, running'), ('halt', 'timer, out of HLT'),
         ('switch', 'frame switch')]
KINDS = [('VMRUN', r'vmrun'), ('VMLOAD', r'vmload'), ('VMSAVE', r'vmsave'), ('WRMSR', r'wrmsr'), ('XSAVE', r'xsave|fxsave'),
         ('XRSTOR', r'xrstor|fxrstor'), ('XSETBV', r'xsetbv'), ('MOV CR', r'mov .*,%cr\d'), ('MOV DR', r'mov .*,%db\d|mov .*,%dr\d'),
         ('TLB flush', r'inv(lpg|lpga|pcid)|mov .*,%cr3'), ('locked', r'lock |xchg .*\(')]


def disassembly():
    """{address: kind names} of the core, and its text's bounds."""
    text = subprocess.run(['objdump', '-d', '--no-show-raw-insn', '-j', '.text', CORE], capture_output=True, text=True,
                          check=True).stdout
    found = {}
    for line in text.split('\n'):
        match = re.match(r'\s*([0-9a-f]+):\s+(.*)', line)
        if match:
            found[int(match.group(1), 16)] = [name for name, pattern in KINDS if re.match(pattern, match.group(2))]
    return found


def labels(elf):
    text = subprocess.run(['nm', elf], capture_output=True, text=True, check=True).stdout
    return {int(address, 16): name for address, name in re.findall(r'^([0-9a-f]+) . path_(\w+)', text, re.M)}


def entered(log):
    with open(log, encoding='latin-1') as file:
        return sorted({int(line[7:], 16) for line in file if line.startswith('vmrun! ')})


def record(image, addresses, log):
    """Runs the system for a while, then logs; returns its command and the TLB_CONTROL fields of the VMCBs seen."""
    command = emulator.of_system(image) + ['-dfilter', '0x%x..0x%x' % (min(addresses), max(addresses) + 15)]
    command[command.index('-monitor') + 1] = 'stdio'
    command[command.index('-serial') + 1] = 'none'
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def say(line):
        process.stdin.write(line.encode() + b'\n')
        process.stdin.flush()
    try:
        time.sleep(5)
        if os.path.exists(log):
            os.unlink(log)
        for line in ('stop', 'logfile ' + log, 'singlestep on', 'log exec,nochain,in_asm', 'cont'):
            say(line)
        end = time.time() + 60
        while time.time() < end and (not os.path.exists(log) or os.path.getsize(log) < LOG_BYTES):
            time.sleep(0.2)
        for line in ['stop', 'log none'] + ['xp /1wx 0x%x' % (vmcb + TLB_CONTROL) for vmcb in entered(log)] + ['quit']:
            say(line)
        answers = process.communicate(timeout=20)[0].decode('latin-1')
    finally:
        process.kill()
        process.wait()
    return command, [int(value, 16) for value in re.findall(r'^[0-9a-f]{16}: 0x([0-9a-f]{8})', answers, re.M)]


def events(log):
    """('run', vmcb), ('exit', code, rip), ('at', pc) in order; a pc within a guest is left out."""
    inside = True
    with open(log, encoding='latin-1') as file:
        for line in file:
            if line.startswith('Trace'):
                if not inside:
                    yield 'at', int(re.search(r'\[[0-9a-f]+/([0-9a-f]+)/', line).group(1), 16), 0
            elif line.startswith('vmrun! '):
                inside = True
                yield 'run', int(line[7:], 16), 0
            elif line.startswith('vmexit('):
                inside = False
                words = re.findall(r'[0-9a-f]{8,}', line)
                yield 'exit', int(words[0], 16), int(words[3], 16)


def name_of(before, code, rip, after, names):
    if code == INTERRUPT or code == HALT:
        if before != after:
            return 'switch' if code == INTERRUPT else None
        return 'timer' if code == INTERRUPT else 'halt'
    return names.get(rip)


def ways(log, names):
    """(name, [pcs]) of each way from a guest to a guest. A guest is a VMCB that leaves by other than VMMCALL or
    interrupt; the layers' never do."""
    stream = list(events(log))
    guests, current = set(), None
    for what, value, _ in stream:
        if what == 'run':
            current = value
        elif what == 'exit' and value not in (VMMCALL, INTERRUPT):
            guests.add(current)
    current, begun, pcs = None, None, []
    for what, value, rip in stream:
        if what == 'at':
            pcs.append(value)
        elif what == 'exit' and current in guests:
            begun, pcs = (current, value, rip), []
        elif what == 'run':
            if value in guests and begun:
                name = name_of(begun[0], begun[1], begun[2], value, names)
                if name:
                    yield name, pcs
                begun = None
            current = value


def median_way(all_pcs):
    ordered = sorted(all_pcs, key=len)
    return ordered[len(ordered) // 2]


def measure():
    folder = guest_figures.payload()
    image = emulator.build(SYSTEM, 'paths', [folder])
    core, log = disassembly(), os.path.join(emulator.BUILD, 'bench', 'paths.trace')
    command, flushes = record(image, core, log)
    found = {}
    for name, pcs in ways(log, labels(os.path.join(folder, 'path0.elf'))):
        found.setdefault(name, []).append(pcs)
    rows = [['path', 'seen', 'instructions'] + [name for name, _ in KINDS]]
    for name, title in PATHS:
        if name not in found:
            rows.append([title, '0'] + [''] * (len(KINDS) + 1))
            continue
        pcs = median_way(found[name])
        counts = Counter(kind for pc in pcs for kind in core.get(pc, []))
        rows.append([title, str(len(found[name])), str(len(pcs))] + [str(counts.get(kind, 0)) for kind, _ in KINDS])
    os.unlink(log)
    return [('paths', 'In the core, from a guest\'s exit to the next entry of a guest (the median way)', [],
             plain_table(rows) + ['A layer\'s own instructions are not counted, its entry and exit are. TLB_CONTROL at the end, '
                                  'of %d VMCBs: %s.' % (len(flushes), ' '.join(map(str, flushes)))])], [command]
