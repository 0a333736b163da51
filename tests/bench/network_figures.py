# SPDX-License-Identifier: ISC
"""What a frame costs a guest: bursts of 32 frames of 1514 bytes by a virtio card and by an 82540EM, to an application at the
other end of the link, which counts the exits that the guest causes meanwhile."""
import re

import emulator
from report import Row


def measure():
    image = emulator.build('tests/bench/network/system.xml', 'network')
    command = emulator.of_system(image)
    log = emulator.run(command, image[:-4] + '.log')
    found = re.findall(r'^NETWORK (\w+) frames=(\d+) exits=(\d+) ticks=(\d+)', log, re.M)
    if len(found) != 2:
        raise emulator.Failed('no figures: ' + log[-300:])
    rows = [Row('%s: packets per exit' % name, round(int(frames) / max(int(exits), 1), 1),
                note='%s packets, %s exits, %s instructions a packet, counter and waiting included' %
                (frames, exits, int(ticks) // int(frames))) for name, frames, exits, ticks in found]
    return [('network', 'Packets of 1514 bytes sent by a guest, 32 at a time', rows, [])], [command]
