#!/usr/bin/env python3
"""ringscope on the cities of another hand; writes the tables between <!-- table:NAME... --> marks of docs/detection-board.md.

    other_board.py RINGSCOPE [--generator other|third] [--first SEED] [--seeds N] [--lines N] [--work FOLDER]
                             [--document FILE] [--reuse]

NAME is the generator's: `other` runs other_city.py, `third` third_city.py.

Each seed makes three cities (plain, hard, ring-free), each is analysed and scored; the look of a city (column names, form of ids
and times, length of the period) follows its seed. Without --document the tables go to stdout. --reuse takes the
cities of an earlier run in FOLDER. Seeds 1 to 40 of either generator were looked at while findings were mended; a run to be published uses others.
"""
import argparse
import csv
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
STYLES = ('plain', 'hard', 'free')
PATTERNS = 'batch resale steering crossregion duplicate travel trace'.split()


def city(options, seed, style):
    """Makes, analyses and scores one city; returns its score with the style of each ring."""
    folder = os.path.join(options.work, options.generator, '%s%d' % (style, seed))
    file = {n: os.path.join(folder, n) for n in ('claims.csv', 'truth.csv', 'innocent.csv', 'made', 'case')}
    if not (options.reuse and os.path.exists(file['made'])):
        os.makedirs(folder, exist_ok=True)
        made = subprocess.run([sys.executable, os.path.join(HERE, options.generator + '_city.py'), '-o', folder, '--seed', str(seed), '--style', style,
                               '--lines', str(options.lines)], check=True, stdout=subprocess.PIPE, text=True).stdout
        with open(file['made'], 'w', encoding='utf-8') as f:
            f.write(made)
    subprocess.run([options.ringscope, 'analyze', file['claims.csv'], '-o', file['case'], '--quiet'] + tables(folder), check=True, stdout=subprocess.DEVNULL)
    said = subprocess.run([options.ringscope, 'score', file['case'], '--truth', file['truth.csv'], '--innocent', file['innocent.csv'], '--json'],
                          check=True, stdout=subprocess.PIPE, text=True)
    got = json.loads(said.stdout)
    with open(file['made'], encoding='utf-8') as f:
        got['lines'] = int(f.read().split(': ')[1].split()[0])
    with open(os.path.join(folder, 'truth.csv'), encoding='utf-8') as f:
        kind = {row['ring_id']: row['style'] for row in csv.DictReader(f)}
    for ring in got['rings']:
        ring['style'] = kind[ring['ring_id']]
    return got


def tables(folder):
    """What the city's file `options` gives to analyze besides its claims: words with a leading -- and names of files in it."""
    name = os.path.join(folder, 'options')
    if not os.path.exists(name):
        return []
    with open(name, encoding='utf-8') as f:
        return [word if word.startswith('--') else os.path.join(folder, word) for word in f.read().split()]


def span(values):
    return '%.3f (%.3f–%.3f)' % (sum(values) / len(values), min(values), max(values)) if values else ''


def overall(runs):
    out = ['| setting | cities | lines | mean best F1 | AP | group precision | hits / rings | leads | innocent in top k |', '|---|---|---|---|---|---|---|---|---|']
    for style in ('plain', 'hard'):
        r = runs[style]
        out.append('| %s | %d | %s | %s | %s | %s | %d / %d | %d | %d |' % (
            style, len(r), '%d–%d' % (min(x['lines'] for x in r), max(x['lines'] for x in r)), span([x['mean_ring_f1'] for x in r]), span([x['average_precision'] for x in r]),
            span([x['group_precision'] for x in r]), sum(x['n_hits'] for x in r), sum(x['n_rings'] for x in r), sum(x['n_leads'] for x in r),
            sum(x['n_innocent_at_k'] for x in r)))
    r = runs['free']
    out.append('| ring-free | %d | %s | | | | 0 / 0 | %d (%s) | %d |' % (len(r), '%d–%d' % (min(x['lines'] for x in r), max(x['lines'] for x in r)),
                                                                      sum(x['n_leads'] for x in r), ' '.join(str(x['n_leads']) for x in r), sum(x['n_innocent'] for x in r)))
    return out


def by_ring(runs, key, names):
    """Hits and mean F1 by pattern or by style of the ring."""
    out = ['| %s | plain: found / rings | plain: mean F1 | hard: found / rings | hard: mean F1 |' % key, '|---|---|---|---|---|']
    for name in names:
        cells = []
        for style in ('plain', 'hard'):
            rings = [x for r in runs[style] for x in r['rings'] if (x['pattern'] if key == 'pattern' else x['pattern'] + ': ' + x['style']) == name]
            cells += ['%d / %d' % (sum(x['best_f1'] >= 2 / 3 for x in rings), len(rings)), '%.3f' % (sum(x['best_f1'] for x in rings) / len(rings)) if rings else '']
        out.append('| %s | %s |' % (name, ' | '.join(cells)))
    return out


def put(text, name, lines):
    mark = re.compile(r'(<!-- table:%s -->\n).*?(<!-- end -->)' % re.escape(name), re.S)
    if not mark.search(text):
        sys.exit('other_board.py: no table:%s in the document' % name)
    return mark.sub(lambda m: m.group(1) + '\n'.join(lines) + '\n' + m.group(2), text)


def main():
    a = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    a.add_argument('ringscope')
    a.add_argument('--generator', choices=('other', 'third'), default='other')
    a.add_argument('--first', type=int, default=501)
    a.add_argument('--seeds', type=int, default=6)
    a.add_argument('--lines', type=int, default=200000)
    a.add_argument('--work', default='build/other')
    a.add_argument('--document')
    a.add_argument('--reuse', action='store_true')
    o = a.parse_args()
    runs = {s: [] for s in STYLES}
    for seed in range(o.first, o.first + o.seeds):
        for style in STYLES:
            got = city(o, seed, style)
            runs[style].append(got)
            print('%s %d: %d rings, %d leads, %d hits' % (style, seed, got['n_rings'], got['n_leads'], got['n_hits']), file=sys.stderr)
    styles = sorted({x['pattern'] + ': ' + x['style'] for s in ('plain', 'hard') for r in runs[s] for x in r['rings']},
                    key=lambda n: (PATTERNS.index(n.split(':')[0]), n))
    name = o.generator
    made = {name: overall(runs), name + '-pattern': by_ring(runs, 'pattern', PATTERNS), name + '-style': by_ring(runs, 'way', styles)}
    if not o.document:
        for lines in made.values():
            print('\n'.join(lines) + '\n')
        return
    root = os.path.join(HERE, '..', '..', '..')
    commit = subprocess.run(['git', '-C', root, 'log', '-1', '--format=%h', '--', 'src', 'graph'], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    made[name + '-how'] = ['This run: seeds %d to %d, %d cities, detectors as of commit %s.' % (o.first, o.first + o.seeds - 1, 3 * o.seeds, commit)]
    with open(o.document, encoding='utf-8') as f:
        text = f.read()
    for name, lines in made.items():
        text = put(text, name, lines)
    with open(o.document, 'w', encoding='utf-8') as f:
        f.write(text)


if __name__ == '__main__':
    main()
