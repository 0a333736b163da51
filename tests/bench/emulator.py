# SPDX-License-Identifier: ISC
"""The ruler of tests/bench: QEMU counting instructions. One TSC tick is one executed instruction; in Bochs, which runs VT-x,
too: its clock is set to as many ticks as it is told to execute instructions in a second, and advances by one an instruction. The same image
gives the same figures on every run, whatever else the machine does, but for a CPU that wakes from idle: that may differ by
some instructions (same_figures.py shows it)."""
import os
import subprocess
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, 'build')
HERE = os.path.dirname(os.path.abspath(__file__))
COUNTED = ['-seed', '1', '-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01,clock=vm']
EXIT_DEVICE = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4']


class Failed(Exception):
    pass


def build(description, name, folders=()):
    """Compiles a description, a file of the tree or text, into build/bench/NAME.img."""
    folder = os.path.join(BUILD, 'bench')
    os.makedirs(folder, exist_ok=True)
    if '<system' in description:
        path = os.path.join(folder, name + '.xml')
        with open(path, 'w') as file:
            file.write(description)
    else:
        path = os.path.join(ROOT, description)
    image = os.path.join(folder, name + '.img')
    words = [os.path.join(BUILD, 'bulkhead'), 'build', path, '-o', image]
    for extra in list(folders) + [BUILD]:
        words += ['-I', extra]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise Failed('the compiler refuses %s: %s' % (path, (done.stdout + done.stderr).strip()))
    return image


def machine(cpu='max', memory=512, cpus=1):
    return ['qemu-system-x86_64', '-machine', 'q35', '-accel', 'tcg', '-cpu', cpu, '-m', str(memory), '-smp', str(cpus),
            '-display', 'none', '-nodefaults', '-no-reboot', '-monitor', 'none'] + COUNTED + EXIT_DEVICE


def of_system(image, memory=512, cpus=1):
    """The core with a package; COM1 is the standard output, port 0xE9 goes to a file beside the image."""
    return machine('max', memory, cpus) + ['-serial', 'stdio', '-debugcon', 'file:' + image[:-4] + '.e9', '-kernel',
                                           os.path.join(BUILD, 'core.elf'), '-initrd', image]


def run(command, log, seconds=240):
    """Runs to the end of the emulator; standard output goes to the file, and comes back as text."""
    with open(log, 'wb') as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed('no end within %d s; see %s' % (seconds, os.path.relpath(log, ROOT))) from None
        finally:
            process.kill()
            process.wait()
    return read(log)


def in_bochs(image):
    return [os.path.join(BUILD, 'bulkhead'), 'run', image, '--machine', 'bochs', '--core', os.path.join(BUILD, 'core.elf'),
            '--memory', '512M']


def run_until(command, last, log, seconds=240):
    """Runs until a line of standard output begins with `last`; all of it goes to the file, and comes back as text."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    overdue = threading.Timer(seconds, process.terminate)
    overdue.start()
    lines = []
    try:
        for raw in process.stdout:
            lines.append(raw.decode('latin-1').rstrip('\r\n'))
            if lines[-1].startswith(last):
                break
    finally:
        overdue.cancel()
        process.terminate()
        process.wait()
        with open(log, 'w') as file:
            file.write('\n'.join(lines) + '\n')
    return '\n'.join(lines)


def read(path):
    with open(path, encoding='latin-1') as file:
        return file.read()


def shown(command):
    """The command as a person types it at the root of the tree."""
    return ' '.join(word.replace(ROOT + '/', '') for word in command)
