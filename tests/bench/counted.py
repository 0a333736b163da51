# SPDX-License-Identifier: ISC
"""How many instructions QEMU executes between two addresses. The emulator records (-icount rr=record), for then it tells how
many instructions it has executed, waiting not counted as its clock does; it stops at addresses by its debugger's port."""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import emulator


class Counted:
    """An emulator that has not begun yet; its first serial port goes to the file `log`."""

    def __init__(self, command, log):
        self.folder = tempfile.mkdtemp(prefix='bulkhead-')  # the name of a socket must be short
        places = {name: os.path.join(self.folder, name) for name in ('record', 'qmp', 'gdb')}
        self.command = [re.sub('^shift=0,', 'shift=0,rr=record,rrfile=%s,' % places['record'], word) for word in command] + [
            '-serial', 'file:' + log, '-S', '-qmp', 'unix:%s,server=on,wait=off' % places['qmp'],
            '-gdb', 'unix:%s,server=on,wait=off' % places['gdb']]
        self.log = log
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.qmp = self.connected(places['qmp']).makefile('rw')
        self.qmp.readline()
        self.ask('qmp_capabilities')
        self.gdb = self.connected(places['gdb'])
        self.debugger('?')

    def connected(self, place):
        end = time.time() + 20
        while True:
            try:
                there = socket.socket(socket.AF_UNIX)
                there.connect(place)
                return there
            except OSError:
                if time.time() > end or self.process.poll() is not None:
                    raise emulator.Failed('the emulator does not start') from None
                time.sleep(0.1)

    def ask(self, what):
        self.qmp.write(json.dumps({'execute': what}) + '\n')
        self.qmp.flush()
        for line in self.qmp:
            answer = json.loads(line)
            if 'return' in answer:
                return answer['return']
        raise emulator.Failed('the emulator ended')

    def say(self, packet):
        self.gdb.sendall(b'$%s#%02x' % (packet.encode(), sum(packet.encode()) & 255))

    def heard(self, seconds):
        """The debugger's next packet; acknowledgements are passed over."""
        self.gdb.settimeout(seconds)
        text = b''
        try:
            while not re.search(rb'\$[^#]*#..$', text):
                byte = self.gdb.recv(1)
                if not byte:
                    raise emulator.Failed('the emulator ended')
                text += byte
        except socket.timeout:
            raise emulator.Failed('not there within %d s; see %s' % (seconds, os.path.relpath(self.log, emulator.ROOT))) from None
        self.gdb.sendall(b'+')
        return text[text.index(b'$') + 1:-3].decode()

    def debugger(self, packet, seconds=20):
        self.say(packet)
        return self.heard(seconds)

    def reach(self, address, seconds):
        """Runs until the instruction at a virtual address is next; the instructions executed up to there."""
        self.debugger('Z1,%x,1' % address)
        self.debugger('c', seconds)
        self.debugger('z1,%x,1' % address)
        return self.ask('query-replay')['icount']

    def until_printed(self, pattern, seconds):
        """Runs on; what the serial port printed, once the pattern is in it."""
        self.say('c')
        end = time.time() + seconds
        while not re.search(pattern, emulator.read(self.log), re.M):
            if time.time() > end or self.process.poll() is not None:
                raise emulator.Failed('no %s within %d s; see %s' % (pattern, seconds, os.path.relpath(self.log, emulator.ROOT)))
            time.sleep(0.2)
        return emulator.read(self.log)

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)
