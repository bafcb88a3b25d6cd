"""hostile.py make IN OUT: claims of IN in which many ids are texts that hurt somebody, those of the ring among them.
hostile.py check FOLDER: every file in it is what it says it is, and nothing in it acts; *.said is what a terminal was given."""
import csv
import html.parser
import io
import json
import os
import re
import sqlite3
import sys
import xml.dom.minidom
import zipfile

TEXTS = ['=HYPERLINK("http://evil.invalid","x")', "+1+cmd|' /C calc'!A0", "@SUM(1)", '"><script>alert(1)</script>', "</script><script>alert(2)</script>", "<!--", "]]>",
         "--><img src=x onerror=alert(3)>", "javascript:alert(4)", "a\u202egnp.exe", "\u2066x\u2069", "two\nlines", "cr\rhere", "tab\there", "\x1b]0;owned\x07", "\x1b[31mred",
         "\x9b31mc1", "\ufeffbom", "L" * 900, "../../../etc/passwd", "'); drop table ring;--", "%s%n%x", "&lt;&#0;&amp;", "\\", "{{7*7}}${7*7}", "a,b;c|d", "\ufffe", "\U0001f4a3",
         "' onmouseover='alert(5)", "\u2028line", "\x7f", "p:aaaaaaaaaaaaaaaa", "R0001", "person:x", "-", "{=Back=}", "file:///etc/passwd", "_x0041_", "\u200f\u0627"]
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
found = []


def make(source, target):
    rows = list(csv.DictReader(open(source, newline="", encoding="utf-8")))
    for i, row in enumerate(rows):
        row.update(doctor_id=f"D{i % 40}", person_region=f"11{i % 30:04}", service_region=f"12{i % 5:04}", diagnosis=f"I{i % 60}")
    names = {}

    def hurt(column, value):
        known = names.setdefault(column, {})
        if value not in known:
            n = len(known)
            ring = (column == "person_id" and value[0] == "k") or value in ("P070", "P071", "P072", "P073")
            known[value] = TEXTS[n % len(TEXTS)] + (str(n) if n >= len(TEXTS) else "") if ring or n % 7 == 0 or n < len(TEXTS) else value
        return known[value]

    with open(target, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        for row in rows:
            out.writerow({c: hurt(c, v) if c not in ("time", "quantity", "amount", "service_region") else v for c, v in row.items()})


def fail(path, why):
    found.append(f"{path}: {why}")


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path = path
        self.tags = {}

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        if tag in ("img", "iframe", "object", "embed", "base", "link"):
            fail(self.path, f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on"):
                fail(self.path, f"<{tag} {name}>")
            if name in ("href", "src", "action") and not re.fullmatch(r"#?[A-Za-z0-9_./-]+(#[A-Za-z0-9_.%~-]+)?|#", value or ""):
                fail(self.path, f"{name}={value!r}")

    def handle_comment(self, data):
        fail(self.path, f"a comment {data[:40]!r}")


def xml_check(path, data):
    try:
        xml.dom.minidom.parseString(data)
    except Exception as error:
        fail(path, f"no XML: {error}")


def workbook_check(path, _):
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            data = archive.read(part)
            xml_check(f"{path}!{part}", data)
            if re.search(rb"<f[ >]", data):
                fail(f"{path}!{part}", "a formula")
            if b'TargetMode="External"' in data:
                fail(f"{path}!{part}", "a link that leads out")


def page_check(path, data):
    page = Page(path)
    page.feed(data.decode("utf-8"))
    page.close()
    if page.tags.get("bdi", 0) < 20:
        fail(path, "shows too few ids for a test")
    if page.tags.get("script", 0) != data.count(b"</script>"):
        fail(path, "scripts that begin and end elsewhere")


def table_check(path, data):
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    if len({len(row) for row in rows}) > 1:
        fail(path, "rows of several widths")


def database_check(path, _):
    if sqlite3.connect(path).execute("pragma integrity_check").fetchall() != [("ok",)]:
        fail(path, "a broken database")


def said_check(path, data):
    text = data.decode("utf-8")
    seen = STEERS.search(text)
    if seen:
        fail(path, f"{seen.group()!r} in {text[max(0, seen.start() - 40):seen.end() + 10]!r}")


def lines_check(path, data):
    for line in data.split(b"\n")[:-1]:
        json.loads(line)


CHECKS = {".graphml": xml_check, ".gexf": xml_check, ".html": page_check, ".json": lambda path, data: json.loads(data), ".jsonl": lines_check, ".csv": table_check,
          ".i2": table_check, ".xlsx": workbook_check, ".db": database_check, ".said": said_check}


def check(folder):
    csv.field_size_limit(1 << 30)
    looked = set()
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(root, name)
            kind = os.path.splitext(name)[1]
            if kind in CHECKS:
                looked.add(kind)
                CHECKS[kind](path, open(path, "rb").read())
    if looked != set(CHECKS):
        fail(folder, f"not looked at: {set(CHECKS) - looked}")
    print("\n".join(found[:20]))


{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
