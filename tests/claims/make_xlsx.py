"""make_xlsx.py KIND OUT: the workbooks that test_sheet.sh reads. With openpyxl, as people's tools write them, and by hand, as nobody should."""
import datetime
import sys
import zipfile

import openpyxl

HEADER = ["person_id", "institution_id", "time", "claim_id", "amount", "drug_name"]
CONTENT = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>')
RELS = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>')


def by_hand(path, sheet, **parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = {"[Content_Types].xml": CONTENT, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELS}
        if sheet is not None:
            files["xl/worksheets/sheet1.xml"] = sheet
        files.update({name.replace("__", "/") + ".xml": text for name, text in parts.items()})
        for name, text in files.items():
            archive.writestr(name, text)


def rows(*cells):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(cells)}</sheetData></worksheet>'


def words(number, *texts):
    return f'<row r="{number}">' + "".join(f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{t}</t></is></c>' for i, t in enumerate(texts)) + "</row>"


def plain(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "明细"
    sheet.append(HEADER)
    sheet.append(["110101199003070012", "P1", datetime.datetime(2025, 3, 4, 19, 38, 5), "c1", 12.3, "阿莫西林, \"胶囊\""])
    sheet.append(["110101199003070013", "P1", datetime.datetime(2025, 3, 4, 19, 39), "c2", 0.1 + 0.2, "two\nlines"])
    sheet.append([None] * 6)
    sheet.append(["110101199003070014", "P2", datetime.date(2025, 3, 5), "c3", 7])
    sheet.append(["110101199003070015", "P2", "2025-03-05 08:00:00", "c4", "8.50", "text"])
    sheet["F9"] = None
    other = book.create_sheet("other")
    other.append(HEADER)
    other.append(["x", "P9", "2025-01-01", "d1", 1, ""])
    book.save(path)


def many(path):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("S")
    sheet.append(HEADER)
    for i in range(20000):
        sheet.append([f"p{i % 700}", f"P{i % 30}", datetime.datetime(2025, 1 + i % 12, 1 + i % 28, i % 24, i % 60), f"c{i}", i / 100, f"drug {i % 90}"])
    book.save(path)


def rounded(path):
    number = '<row r="{0}"><c r="A{0}"><v>{1}</v></c><c r="B{0}" t="inlineStr"><is><t>P1</t></is></c><c r="C{0}" t="inlineStr"><is><t>2025-03-04</t></is></c></row>'
    by_hand(path, rows(words(1, "person_id", "institution_id", "time"), *[words(i, f"p{i}", "P1", "2025-03-04") for i in range(2, 2000)],
                       number.format(2000, "1.1010119900307001E+17"), number.format(2001, "110101199003070000")))


HAND = {
    "zip": lambda p: zipfile.ZipFile(p, "w").writestr("claims.csv", "person_id\n"),
    "doctype": lambda p: by_hand(p, '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + rows(words(1, "&b;"))),
    "cut": lambda p: by_hand(p, rows(words(1, "person_id"))[:-20]),
    "nosheet": lambda p: by_hand(p, None),
    "order": lambda p: by_hand(p, rows(words(3, "a"), words(2, "b"))),
    "columns": lambda p: by_hand(p, rows('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>')),
    "far": lambda p: by_hand(p, rows('<row r="99999999"><c r="A99999999"><v>1</v></c></row>')),
    "text": lambda p: by_hand(p, rows('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')),
    "empty": lambda p: by_hand(p, rows()),
    "old": lambda p: by_hand(p, rows(words(1, "person_id", "institution_id", "time"),
                                     '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><r><t>P</t></r><rPh><t>x</t></rPh><r><t>_x000D_1</t></r></is></c>'
                                     '<c r="C2" s="1"><v>44258.8181134259</v></c></row>',
                                     # all its digits: a program wrote it, not Excel
                                     '<row r="3"><c r="A3"><v>110101199003070015</v></c><c r="B3"><v>1.5E-2</v></c><c r="C3" s="1"><v>44259</v></c></row>'),
                             **{"xl__sharedStrings": f'<sst xmlns="{MAIN}"><si><t>p1</t></si></sst>',
                                "xl__styles": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="[Red]yyyy&quot;年&quot;m\\月d\\日\\ hh:mm"/></numFmts>'
                                              '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>',
                                "xl__workbook": BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')}),
}
kind, out = sys.argv[1:]
{"plain": plain, "many": many, "rounded": rounded, **HAND}[kind](out)
