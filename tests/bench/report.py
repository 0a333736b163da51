# SPDX-License-Identifier: ISC
"""The table that tests/bench/run prints: a row is a figure with its bound, the peers and the bare emulator."""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, 'peers.json')) as file:
    PEERS = json.load(file)


def number(value):
    if value is None:
        return '-'
    return '{:,}'.format(value) if isinstance(value, int) else str(value)


class Row:
    """`measured` and `bound` are numbers, or texts where there is nothing to compare; `least`: the bound is a floor; `vtx`: the same on VT-x."""

    def __init__(self, what, measured, bound=None, bare=None, peers=None, goal=None, least=False, note='',
                 vtx=None):
        self.what, self.measured, self.bound, self.bare, self.goal, self.note = what, measured, bound, bare, goal, note
        self.peers = PEERS['figures'].get(peers, [None] * 4) if isinstance(peers, str) or not peers else peers
        self.least, self.vtx = least, vtx

    def verdict(self):
        if self.bound is None or self.measured is None:
            return '' if self.measured is not None else 'missing'
        good = self.measured >= self.bound if self.least else self.measured <= self.bound
        if good and self.goal is not None and self.measured > self.goal:
            return 'ok, goal %s' % number(self.goal)
        return 'ok' if good else ('under' if self.least else 'OVER')

    def cells(self):
        bound = '' if self.bound is None else ('>= ' if self.least else '') + number(self.bound)
        return [self.what, number(self.measured), bound, self.verdict(), number(self.vtx), number(self.bare)] + [number(p) for p in self.peers]


HEAD = ['figure', 'measured', 'bound', '', 'VT-x', 'bare'] + PEERS['columns']


def widths(sections):
    lines = [HEAD] + [row.cells() for _, _, rows, _ in sections for row in rows]
    return [max(len(line[i]) for line in lines) for i in range(len(HEAD))]


def line(cells, width):
    parts = [cells[0].ljust(width[0])] + [cells[i].rjust(width[i]) if i != 3 else cells[i].ljust(width[i])
                                          for i in range(1, len(cells))]
    return '  '.join(parts).rstrip()


def table(sections):
    """Sections are (name, title, rows, further lines)."""
    width = widths(sections)
    out = [line(HEAD, width)]
    for name, title, rows, further in sections:
        out += ['', '%s  [tests/bench/run %s]' % (title, name)]
        for row in rows:
            out.append(line(row.cells(), width))
            if row.note:
                out.append('    ' + row.note)
        out += ['    ' + text for text in further]
    return '\n'.join(out) + '\n'


def plain_table(rows):
    width = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ['  '.join(cell.ljust(width[i]) if i == 0 else cell.rjust(width[i]) for i, cell in enumerate(row)).rstrip()
            for row in rows]
