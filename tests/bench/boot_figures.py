# SPDX-License-Identifier: ISC
"""Debian's kernels on a whole PC, from the first instruction of their decompression to the first one of init, as a guest and on
the bare emulator: kernel, initial RAM disk, command line and memory are the same, and so is the PC, as far as the two offer the
same: i440FX with IDE, VGA, PS/2, an 82540EM. All that the machine executes is counted, whoever executes it; a wait
is not, for nothing is executed in it. The bare CPU has no features that the guest's CPU has not."""
import os
import re
import subprocess

import emulator
import linux_figures
from counted import Counted
from report import Row

KERNELS = (('vmlinuz-amd64', 'for PCs'), ('vmlinuz', 'for clouds'))
OPTIONS = 'console=ttyS0 quiet nokaslr'
FIRST_OF_INIT = 0x13370000  # no other program of the machine has anything there
BARE_ENTRY, GUEST_ENTRY = 0x100000, 0x1000000  # where the emulator's and our loader put the kernel
MIB = 256
# a CPU of the level x86-64-v2, as the guest's; `acpi` is thermal control
CPU = 'max,family=26,' + ','.join('-' + name for name in (
    '3dnow 3dnowext abm acpi adx aes avx avx2 bmi1 bmi2 clflushopt clwb erms f16c fma fsgsbase la57 mca mce mmxext monitor '
    'movbe mpx mtrr npt pclmulqdq pdpe1gb pku rdtscp smap smep ss sse4a svm umip vaes xgetbv1 xsave xsaveopt').split())
SYSTEM = '''<system name="boot">
  %s
  <app name="switch"/>
  <guest name="linux" kernel="%s" initrd="boot.cpio" memory="%dM" family="0x1a" cmdline="%s">
    <serial console="console"/> <screen console="console"/> <nic switch="switch"/>
  </guest>
  <group name="apps" members="switch console"/>
  <schedule name="normal" major="10ms">
    <cpu id="0"> <frame for="apps" length="100us"/> <frame for="linux" length="9900us"/> </cpu>
  </schedule>
</system>
'''


def initrd(folder):
    """Of one file, the init; its first instruction's address."""
    os.makedirs(os.path.join(folder, 'boot'), exist_ok=True)
    init = os.path.join(folder, 'boot', 'init')
    subprocess.run(['gcc', '-nostdlib', '-static', '-s', '-Wl,--build-id=none,-z,noseparate-code,-Ttext-segment=0x%x' % FIRST_OF_INIT,
                    os.path.join(emulator.HERE, 'boot', 'init.S'), '-o', init], check=True)
    os.utime(init, (0, 0))
    with open(os.path.join(folder, 'boot.cpio'), 'wb') as out:
        subprocess.run(['cpio', '-o', '-H', 'newc', '--reproducible', '--owner=0:0', '--quiet'], input=b'init\n', stdout=out,
                       cwd=os.path.dirname(init), check=True)
    with open(init, 'rb') as file:
        return int.from_bytes(file.read(32)[24:], 'little')  # e_entry


def counted(command, log, entry, init, after=lambda machine: None):
    """Instructions from one address to the other, and what `after` makes of the machine then."""
    machine = Counted(command, log)
    try:
        begin = machine.reach(entry, 60)
        return machine.reach(init, 240) - begin, after(machine)
    finally:
        machine.close()


def bare(kernel, folder):
    command = emulator.machine(CPU, MIB) + ['-kernel', os.path.join(emulator.BUILD, kernel), '-initrd',
                                            os.path.join(folder, 'boot.cpio'), '-append', OPTIONS, '-vga', 'std',
                                            '-device', 'e1000']
    command[command.index('-machine') + 1] = 'pc,hpet=off'  # ours tells of its HPET by firmware only
    return command


def as_guest(kernel, folder):
    image = emulator.build(SYSTEM % (linux_figures.WATCH % '60s', kernel, MIB, OPTIONS), 'boot-' + kernel, [folder])
    command = emulator.of_system(image, 1024)
    at = command.index('-serial')
    return command[:at] + command[at + 2:], image[:-4] + '.log'


def exits(machine):
    log = machine.until_printed(r'^EXITS linux \(handover\)', 30)
    return {reason: int(count) for reason, count in re.findall(r'^EXITS linux (\S+) (\d+)', log, re.M)}


def measure():
    folder = os.path.join(emulator.BUILD, 'bench')
    init = initrd(folder)
    rows, commands = [], []
    for kernel, purpose in KERNELS:
        alone = bare(kernel, folder)
        without, _ = counted(alone, os.path.join(folder, 'bare-%s.log' % kernel), BARE_ENTRY, init)
        command, log = as_guest(kernel, folder)
        within, found = counted(command, log, GUEST_ENTRY, init, exits)
        real, others = linux_figures.by_reason(found)
        rows += [Row('kernel %s: instructions, millions' % purpose, round(within / 1000000), bare=round(without / 1000000)),
                 Row('kernel %s: to the bare emulator\'s' % purpose, round(within / without, 3), 1.04, 1.0),
                 Row('kernel %s: exits' % purpose, sum(real.values()), note=linux_figures.told(real, others))]
        commands += [alone, command]
    return [('boot', 'Debian\'s kernel from decompression to init, on a whole PC', rows, [])], commands
