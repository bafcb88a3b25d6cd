#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up Chinese city of insurance claims by a third hand: honest life, innocent groups, and rings as published cases tell of them.

    third_city.py -o FOLDER [--seed N] [--style plain|hard|free] [--lines N]

Writes claims.csv (one flat table under the national platform's column names) or claims.csv with settlements.csv (its two tables), persons.csv
in two cities of three, truth.csv, innocent.csv, and `options`: what `ringscope analyze` is to be given besides claims.csv, one word a line.
The same seed and options give the same bytes. Who wrote this had not read ringscope's detectors, its simulate or other_city.py.

How to read it: World builds places, doctors, drugs and people; Life makes their honest year; Innocent adds groups that come together for
good reasons; Rings plants what is to be found; Writer dirties a few cells and writes. A visit is one settlement:
[second, person, outlet, doctor, diagnosis, items, honest], an item (code, quantity, price in fen, trace code or None, second or None).

Each way a ring behaves names the case it follows:
  [Daxing]    Supreme People's Court, 28 Oct 2021, case 2: a community health station keeps staff's and patients' cards, swipes them by turns
  [Huimin]    Guangyao hospital, Huimin county (procuratorate daily, 27 Sep 2021): staff hand in cards, beds are "hung" with them
  [Hongqiao]  National Healthcare Security Administration (NHSA), 8 Oct 2024: brokers bring old people to Wuxi Hongqiao hospital for 2-3 days
  [Hechuan]   NHSA, 23 Sep 2024: Chongqing, Zigong and Dazhou hospitals fetch people by bus, beds for days, 16 stays a year
  [Datong]    Supreme People's Court, 5 Aug 2025: a hospital in Datong gathers patients from the counties around
  [Lanzhou]   NHSA, July 2025: shops of a chain settle cards kept by a collector, also when nobody enters the shop
  [Shenzhen]  NHSA, 11 Sep 2025, case 1: one man uses other people's accounts at many hospitals and pharmacies from Feb 2023 to July 2024
  [Zhenjiang] Xinhua, 9 Oct 2021: couples collect the same drugs from hospital after hospital, over 20 gangs
  [Yangzhou]  Yangzi evening paper, 12 Apr 2022: 33 kidney patients sell tacrolimus and others to one buyer
  [Taizhou]   NHSA, 9 Oct 2025, case 1: tacrolimus and other dear drugs, hospital after hospital
  [Wuhan]     CCTV, May 2025: shops provide electronic prescriptions, buyers take immunoglobulin at six or seven tenths of its price
  [Huangpi]   Wuhan police, 2024: credentials of 21 provinces scanned at two shops with nobody there, one dear product
  [Harbin]    NHSA, Oct 2024: four shops for special drugs, 96 buyers, ten thousand prescriptions of hospitals that had written none
  [Miluo]     Hunan TV 2017 and Jinan 2024 (sohu 798676965): doctors send patients to a shop for a share
  [Liu]       Supreme People's Court, 28 Oct 2021, case 7: the same bills reimbursed twice, in two places
  [Jin]       the same, case 4: "large and small prescriptions", one purchase booked once more elsewhere
  [Yinchuan]  NHSA, 9 Oct 2025: a lent card shows by claims in two places at one time
  [Ulanqab]   NHSA, 27 July 2025, case 1: 72 trace codes sold before in Zhangjiakou and at another shop come back over a station's counter
  [Dezhou]    the same, case 2, and the donkey-hide syrup settled 60 times (NHSA, 2 Nov 2024): one code scanned for card after card
"""
import argparse
import csv
import datetime
import math
import os
import random

DAY = 86400
CITIES = (  # own prefecture: counties, the first three urban; two neighbours; the capital of the province
    ('济宁', '370811 370812 370881 370827 370828 370829 370830 370831', '370902 370921 370983', '370402 370481', '370102'),
    ('绵阳', '510703 510704 510705 510722 510723 510725 510727 510781', '510603 510623 510681', '510903 510981', '510104'),
    ('岳阳', '430602 430603 430611 430621 430623 430624 430626 430681', '430702 430721 430723', '430902 430981', '430102'),
    ('赣州', '360702 360703 360704 360722 360723 360724 360726 360728', '360802 360821 360827', '361002 361022', '360102'),
    ('滁州', '341102 341103 341181 341122 341124 341125 341126 341182', '340302 340321 340322', '340111 340122', '340104'),
)
FAR = ('310115', '440106', '330106', '110105')
PROVINCES = '130102 140105 210102 220104 230103 320102 330203 350102 410105 420106 450103 460105 500103 520103 530102 610113 620102 640104 650102 150102 120101'.split()
HOLIDAYS = {2024: ('02-10', '04-04', '05-01', '06-10', '09-17', '10-01'), 2025: ('01-29', '04-04', '05-01', '05-31', '10-01', '10-06')}

# ailment: diagnosis, share of adults by age (under 40, to 60, over 60), chronic, months in which it peaks
AILMENTS = {
    'htn': ('I10.x00', (.02, .16, .42), 1, ()), 'dm': ('E11.900', (.01, .08, .18), 1, ()), 'lipid': ('E78.500', (.01, .08, .14), 1, ()),
    'chd': ('I25.103', (0, .04, .19), 1, ()), 'stroke': ('I69.300', (0, .02, .1), 1, ()), 'copd': ('J44.900', (0, .01, .06), 1, ()),
    'gout': ('M10.900', (.01, .03, .03), 1, ()), 'bone': ('M81.900', (0, .02, .1), 1, ()), 'hepb': ('B18.100', (.01, .02, .02), 1, ()),
    'thyroid': ('E03.900', (.01, .02, .02), 1, ()), 'bph': ('N40.x00', (0, .01, .07), 1, ()), 'sleep': ('G47.000', (.01, .03, .06), 1, ()),
    'mood': ('F32.900', (.01, .01, .01), 1, ()), 'cancer': ('C34.900', (0, .003, .012), 1, ()), 'asthma': ('J45.900', (.01, .01, .01), 1, ()),
    'cold': ('J06.900', (2.2, 1.5, 1.4), 0, (11, 12, 1, 2)), 'flu': ('J11.100', (.35, .25, .25), 0, (12, 1)), 'cough': ('J20.900', (.5, .5, .7), 0, (11, 12, 1, 2, 3)),
    'gut': ('A09.900', (.5, .4, .4), 0, (6, 7, 8)), 'stomach': ('K29.500', (.4, .6, .6), 0, ()), 'pain': ('M54.500', (.3, .8, 1.1), 0, ()),
    'skin': ('L30.900', (.3, .3, .3), 0, (6, 7, 8)), 'allergy': ('J30.400', (.3, .2, .1), 0, (3, 4, 9)), 'eye': ('H10.900', (.15, .15, .2), 0, ()),
    'tooth': ('K04.700', (.2, .2, .2), 0, ()), 'tonic': ('R53.x00', (.2, .5, .7), 0, ()), 'uti': ('N39.000', (.1, .15, .15), 0, ()),
    'bowel': ('K59.000', (.1, .2, .4), 0, ()), 'sprain': ('S93.400', (.15, .1, .08), 0, ()), 'gyn': ('N76.000', (.2, .15, .05), 0, ()),
}
# code, name, ailment, yuan a box, boxes a month, sold without prescription, wanted by buyers
DRUGS = [x.split() for x in '''
XC08CA05 硝苯地平控释片 htn 32 4 0 1|XC08CA01 苯磺酸氨氯地平片 htn 12 4 0 0|XC09CA03 缬沙坦胶囊 htn 24 4 0 0|XC09AA02 马来酸依那普利片 htn 15 2 0 0|XC07AB02 美托洛尔缓释片 htn 16 4 0 0|XC09CA07 替米沙坦片 htn 19 4 0 0
XA10BF01 阿卡波糖片 dm 46 4 0 1|XA10BA02 二甲双胍片 dm 18 3 0 0|XA10AE04 甘精胰岛素注射液 dm 76 3 0 1|XA10BB12 格列美脲片 dm 27 2 0 0|XA10BK01 达格列净片 dm 61 2 0 1|XA10BH01 西格列汀片 dm 98 2 0 0
XC10AA05 阿托伐他汀钙片 lipid 38 4 0 1|XC10AA07 瑞舒伐他汀钙片 lipid 26 4 0 0|XC10AX09 依折麦布片 lipid 55 2 0 0|ZA15CA01 血脂康胶囊 lipid 29 4 0 0
XB01AC04 硫酸氢氯吡格雷片 chd 67 4 0 1|XB01AC06 阿司匹林肠溶片 chd 14 1 1 0|XC01DA14 单硝酸异山梨酯片 chd 29 2 0 0|ZA12GA01 复方丹参滴丸 chd 28 4 1 1|ZA12HA01 通心络胶囊 chd 33 4 0 1|ZA12HB02 参松养心胶囊 chd 31 4 0 1|ZA12AB03 稳心颗粒 chd 30 4 0 1|XC01EB15 盐酸曲美他嗪片 chd 36 2 0 0
ZA13AB01 血塞通软胶囊 stroke 39 4 0 1|ZA13CA02 脑心通胶囊 stroke 34 4 0 1|XN06BX12 丁苯酞软胶囊 stroke 118 2 0 1|ZA13DB01 银杏叶片 stroke 22 4 1 0|XC04AX02 胞磷胆碱钠片 stroke 26 3 0 0
XR03AK06 布地奈德福莫特罗粉吸入剂 copd 189 1 0 1|XR03BB04 噻托溴铵粉吸入剂 copd 165 1 0 0|XR03DA04 茶碱缓释片 copd 17 2 0 0|XR05CB01 乙酰半胱氨酸颗粒 copd 28 3 0 0
XM04AA03 非布司他片 gout 44 2 0 0|XM04AB03 苯溴马隆片 gout 30 2 0 0|XA12AX01 碳酸钙D3片 bone 41 2 1 0|XM05BA04 阿仑膦酸钠片 bone 62 1 0 0|ZA10AB01 仙灵骨葆胶囊 bone 29 3 0 0
XJ05AF10 恩替卡韦片 hepb 88 2 0 1|XJ05AF13 富马酸丙酚替诺福韦片 hepb 180 1 0 1|ZA05AA01 水飞蓟宾胶囊 hepb 52 2 0 0|XH03AA01 左甲状腺素钠片 thyroid 33 1 0 0|XG04CA02 坦索罗辛缓释胶囊 bph 52 2 0 0|XG04CB01 非那雄胺片 bph 45 2 0 0
XN05CF02 唑吡坦片 sleep 39 1 0 0|ZA08AB02 乌灵胶囊 sleep 36 3 0 1|ZA08CA01 百乐眠胶囊 sleep 31 2 1 0|XN06AB06 舍曲林片 mood 58 2 0 0|XN06AB10 草酸艾司西酞普兰片 mood 66 2 0 0|XR03DC03 孟鲁司特钠片 asthma 42 2 0 0|XR03AC02 沙丁胺醇气雾剂 asthma 23 1 0 0
XL01EB02 吉非替尼片 cancer 498 3 0 1|XL01EX09 安罗替尼胶囊 cancer 2100 1 0 1|XB02BX08 阿伐曲泊帕片 cancer 3800 1 0 1|XL02BG04 来曲唑片 cancer 210 1 0 0|ZA18AA02 康莱特软胶囊 cancer 180 3 0 0
ZA01BA01 连花清瘟胶囊 cold 15 1 1 0|ZA01BB02 感冒灵颗粒 cold 12 1 1 0|XN02BE01 对乙酰氨基酚缓释片 cold 13 1 1 0|ZA01AA03 板蓝根颗粒 cold 11 1 1 0|XR05XA01 复方氨酚烷胺片 cold 14 1 1 0|ZA01BC04 小柴胡颗粒 cold 17 1 1 0|ZA01BD05 抗病毒口服液 cold 19 1 1 0
XJ05AH02 磷酸奥司他韦胶囊 flu 62 1 0 0|XM01AE01 布洛芬混悬液 flu 18 1 1 0|XJ01CA04 阿莫西林胶囊 cough 14 1 0 0|XJ01FA10 阿奇霉素片 cough 22 1 0 0|ZA03AA01 急支糖浆 cough 21 1 1 0|XR05CB06 盐酸氨溴索口服液 cough 19 1 1 0|ZA03BB02 蜜炼川贝枇杷膏 cough 36 1 1 0|XJ01DC04 头孢克洛胶囊 cough 26 1 0 0
XA07BC05 蒙脱石散 gut 16 1 1 0|XJ01MA12 左氧氟沙星片 gut 20 1 0 0|XA07FA01 双歧杆菌三联活菌胶囊 gut 31 1 1 0|ZA06CA01 藿香正气水 gut 10 1 1 0|XA02BC01 奥美拉唑肠溶胶囊 stomach 18 2 0 0|XA02BC04 雷贝拉唑钠肠溶片 stomach 47 2 0 1|ZA04AB01 三九胃泰颗粒 stomach 15 2 1 0|XA02AD01 铝碳酸镁咀嚼片 stomach 25 1 1 0|XA03FA03 多潘立酮片 stomach 17 1 1 0
XM02AA15 双氯芬酸二乙胺乳膏 pain 28 1 1 0|XM01AH01 塞来昔布胶囊 pain 43 1 0 0|ZA16AA01 云南白药膏 pain 30 2 1 0|ZA16BB02 麝香壮骨膏 pain 18 2 1 0|ZA16CC03 独活寄生丸 pain 25 2 1 0|XM01AX05 硫酸氨基葡萄糖胶囊 pain 68 2 0 0|XD07AC13 糠酸莫米松乳膏 skin 21 1 1 0|XD01AC08 酮康唑乳膏 skin 13 1 1 0|ZA17AA01 肤痒颗粒 skin 19 1 1 0
XR06AE07 盐酸西替利嗪片 allergy 18 1 1 0|XR01AD09 糠酸莫米松鼻喷雾剂 allergy 52 1 0 0|XR06AX13 氯雷他定片 allergy 16 1 1 0|XS01XA20 玻璃酸钠滴眼液 eye 33 1 1 0|XS01AX22 左氧氟沙星滴眼液 eye 17 1 0 0|XJ01XD01 甲硝唑片 tooth 7 1 0 0|XJ01FA06 罗红霉素胶囊 tooth 18 1 0 0|XM01AE02 布洛芬缓释胶囊 tooth 19 1 1 0
ZA09AA01 六味地黄丸 tonic 22 2 1 0|ZA09BA02 复方阿胶浆 tonic 145 1 1 1|ZA09BB03 黄芪颗粒 tonic 27 2 1 0|XA11BA01 复合维生素片 tonic 55 1 1 0|ZA09CA04 百令胶囊 tonic 62 4 0 1|ZA09DA05 片仔癀 tonic 590 1 1 1|ZA09DA06 安宫牛黄丸 tonic 560 1 1 1|ZA09EE07 生脉饮口服液 tonic 24 2 1 0
ZA07AA01 三金片 uti 24 1 1 0|XJ01XX01 磷霉素氨丁三醇散 uti 36 1 0 0|XA06AD11 乳果糖口服溶液 bowel 39 1 1 0|ZA06AA02 麻仁丸 bowel 16 1 1 0|ZA16DD04 活血止痛胶囊 sprain 22 1 1 0|XM02AX10 扶他林贴 sprain 26 1 1 0|XG01AF02 克霉唑阴道片 gyn 24 1 1 0|ZA14AA01 保妇康栓 gyn 32 1 1 0
XL04AD02 他克莫司胶囊 graft 640 2 0 1|XL04AA10 西罗莫司片 graft 520 1 0 1|XL04AA06 吗替麦考酚酯胶囊 graft 210 2 0 0|XJ04AC01 异福酰胺片 tb 46 2 0 0|XJ04AK02 盐酸乙胺丁醇片 tb 21 2 0 0|XN07BC02 美沙酮口服溶液 opioid 9 1 0 0|XN05AX13 棕榈酸帕利哌酮注射液 psych 760 1 0 0|XB02BD02 人凝血因子VIII blood 410 4 0 0|XJ06BA02 静注人免疫球蛋白 immune 560 2 0 1|XJ07BB02 流感疫苗 vaccine 120 1 1 0|XB03AA02 琥珀酸亚铁片 iron 24 1 1 0|XB03BB01 叶酸片 preg 14 1 1 0|ZA16EE05 三伏贴 plaster 60 1 1 0|ZA19AA01 汉防己甲素片 dust 58 3 0 0|XL01CD01 紫杉醇注射液 chemo 380 2 0 0|XA04AA01 昂丹司琼片 chemo 35 1 0 0|XB05AA01 重组人促红素注射液 kidney 72 2 0 0|XV03AE02 司维拉姆片 kidney 155 2 0 0|XA12BA02 复合磷酸氢钾 kidney 30 1 0 0
'''.replace('\n', '|').split('|') if x.strip()]
SERVICES = {'reg': ('001102000010000', '门诊诊查费', 10), 'blood': ('002501010000000', '血细胞分析', 22), 'chem': ('002503050000000', '生化全套', 96), 'ct': ('002103000010000', 'X线计算机体层平扫', 230),
            'ecg': ('003107010010000', '常规心电图检查', 21), 'us': ('002203020000000', '彩色多普勒超声', 130), 'bed': ('001109000010000', '普通病房床位费', 42), 'nurse': ('001201000030000', '二级护理', 18),
            'drip': ('001204000060000', '静脉输液', 14), 'acu': ('004300000010000', '普通针刺', 36), 'moxa': ('004400000030000', '艾灸', 30), 'massage': ('004500000010000', '推拿治疗', 52), 'hd': ('003110000010000', '血液透析', 400),
            'rehab': ('003402000200000', '运动疗法', 48), 'wave': ('003401000210000', '体外冲击波治疗', 88), 'shot': ('001204000020000', '肌肉注射', 6)}
SURNAMES = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'
GIVEN = '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国玉兰红梅志文海燕春生'


class Outlet:
    """A place that bills. kind: hospital, clinic or pharmacy; size: how many people it draws; level 3 to 1 of hospitals."""
    def __init__(self, code, kind, name, county, x, y, size, level=0, private=False):
        self.code, self.kind, self.name, self.county, self.x, self.y, self.size, self.level, self.private = code, kind, name, county, x, y, size, level, private
        self.doctors, self.door, self.settles = [], None, None
        self.scans = 0


class Doctor:
    """days: weekdays on duty; shift: start and end hour."""
    def __init__(self, code, home, dept, days, shift):
        self.code, self.home, self.dept, self.days, self.shift = code, home, dept, days, shift


class Person:
    def __init__(self, number):
        self.number, self.regimen, self.doctor, self.ailments = number, [], None, []


class World:
    """Places, doctors, drugs, people."""
    def __init__(self, seed, style, lines):
        self.seed, self.style = seed, style
        r = self.r = random.Random('third city %d' % seed)
        self.name, own, near1, near2, capital = CITIES[seed % len(CITIES)]
        self.months = r.randint(8, 14)
        self.start = datetime.date(r.choice((2024, 2025)), r.choice((1, 1, 2, 3)), 1)
        self.days = int(self.months * 30.4)
        self.look = ('flat', 'tables', 'flat')[seed % 3]
        self.with_persons = seed % 3 != 2
        self.calendar()
        self.make_drugs()
        self.outlets, self.doctors, self.hoods = [], [], []
        self.own, self.near = own.split(), (near1 + ' ' + near2).split()
        self.capital = capital
        for i, code in enumerate(self.own):
            a = i * 2.4
            d = (0, 5, 6)[i] if i < 3 else 28 + 7 * (i % 4)
            self.county(code, d * math.cos(a), d * math.sin(a), 7 if i < 3 else 4, i < 3, i == 0)
        for i, code in enumerate(self.near):
            a = 1.1 + i * 1.3
            d = (75 if i else 46) + 20 * (i % 3)
            self.county(code, d * math.cos(a), d * math.sin(a), 2, i in (0, 3), False)
        self.county(capital, 210, 60, 2, True, False)
        for i, code in enumerate(FAR):
            self.county(code, 900 + 300 * i, 500 - 400 * i, 1, True, False)
        self.make_people(lines)

    def calendar(self):
        holiday = set()
        for year in HOLIDAYS:
            for i, d in enumerate(HOLIDAYS[year]):
                first = datetime.date(year, *map(int, d.split('-')))
                holiday.update(first + datetime.timedelta(k) for k in range(7 if d[:2] in ('02', '01', '10') else 3))
        self.date = [self.start + datetime.timedelta(i) for i in range(self.days)]
        self.holiday = [d in holiday for d in self.date]
        self.weekday = [d.weekday() for d in self.date]
        self.month = [d.month for d in self.date]

    def make_drugs(self):
        """Each generic in one to three makers' boxes; price in fen."""
        self.drug, self.by_ailment, self.wanted = {}, {}, []
        for row in DRUGS:
            code, name, ailment, price, boxes, otc, wanted = row
            for k in range(self.r.choice((1, 2, 2, 3)) if ailment in AILMENTS else 1):
                full = code + '%03d01010%04d' % (self.r.randint(1, 90), self.r.randint(100, 9999))
                fen = int(float(price) * 100 * self.r.uniform(.75, 1.3))
                self.drug[full] = (name, fen, int(boxes), otc == '1', ailment)
                self.by_ailment.setdefault(ailment, []).append(full)
                if wanted == '1':
                    self.wanted.append(full)
        for key, (code, name, yuan) in SERVICES.items():
            self.drug[code] = (name, yuan * 100, 1, False, key)
        self.service = {k: v[0] for k, v in SERVICES.items()}

    def named(self, name):
        return next(c for c, d in self.drug.items() if d[0] == name)

    def outlet(self, kind, county, x, y, size, level=0, private=False, name=None):
        r = self.r
        code = ('P' if kind == 'pharmacy' else 'H') + county + '%05d' % r.randint(0, 99999)
        name = name or {'pharmacy': '%s大药房%d店' % (r.choice(('益民', '老百姓', '健之佳', '同济', '国泰', '康复', '惠仁')), len(self.outlets)), 'clinic': '第%d%s' % (len(self.outlets), r.choice(('卫生室', '诊所', '社区卫生服务站'))),
                         'hospital': '%s%s' % (r.choice(('仁和', '康宁', '博爱', '第一', '中心', '中医')), '医院')}[kind]
        o = Outlet(code, kind, name, county, x + r.gauss(0, .7), y + r.gauss(0, .7), size, level, private)
        o.scans = r.choice((0, 1, 1, 1, 1)) * r.randint(0, self.days // 3) if r.random() < .8 else 10 ** 6
        self.outlets.append(o)
        n = {'pharmacy': 0, 'clinic': r.randint(1, 2), 'hospital': (0, 8, 18, 48)[level]}[kind]
        depts = ('内科', '心内', '内分泌', '神内', '呼吸', '消化', '骨科', '中医', '肿瘤', '肾内', '皮肤', '妇科', '儿科')
        for i in range(n):
            days = sorted(r.sample(range(5), r.randint(2, 5))) + ([5] if r.random() < .3 else []) if kind == 'hospital' else [0, 1, 2, 3, 4, 5] + ([6] if r.random() < .5 else [])
            shift = r.choice(((8, 11.8), (14, 17.2), (8, 17))) if kind == 'hospital' else (7.8, 18.5)
            d = Doctor('D%s%06d' % (county, r.randint(0, 999999)), o, depts[i % len(depts)] if kind == 'hospital' else '全科', days, shift)
            o.doctors.append(d)
            self.doctors.append(d)
        return o

    def county(self, code, x, y, hoods, urban, seat):
        """Neighbourhoods or townships with their shops, a hospital for the county, at the seat the city's big ones."""
        r = self.r
        if seat:
            for nm in ('市第一人民医院', '市中心医院'):
                h = self.outlet('hospital', code, x, y, 90, 3, name=self.name + nm)
                h.door = [self.outlet('pharmacy', code, h.x, h.y, 9) for _ in range(r.randint(1, 3))]
                for p in h.door:
                    p.x, p.y = h.x + r.gauss(0, .08), h.y + r.gauss(0, .08)
        h = self.outlet('hospital', code, x, y, 40, 2)
        h.door = [self.outlet('pharmacy', code, h.x, h.y, 5)]
        h.door[0].x, h.door[0].y = h.x, h.y + .1
        for _ in range(2 if urban and seat else 1):
            if code in self.own:
                self.outlet('hospital', code, x, y, 8, 1, private=True)
        for k in range(hoods):
            a, d = r.uniform(0, 6.3), r.uniform(.5, 2.5) if urban else r.uniform(3, 12)
            hx, hy = x + d * math.cos(a), y + d * math.sin(a)
            hood = {'county': code, 'x': hx, 'y': hy, 'urban': urban, 'n': len(self.hoods), 'market': r.randint(0, 4)}
            hood['pharmacies'] = [self.outlet('pharmacy', code, hx, hy, r.paretovariate(1.6)) for _ in range(r.randint(3, 6) if urban else r.randint(2, 3))]
            hood['clinics'] = [self.outlet('clinic', code, hx, hy, r.paretovariate(1.8), private=r.random() < .6) for _ in range(r.randint(2, 3))]
            if not urban:
                hood['clinics'].append(self.outlet('hospital', code, hx, hy, 6, 1, name='镇卫生院'))
            self.hoods.append(hood)

    def make_people(self, lines):
        """Households until there are enough for the wanted number of lines."""
        r = self.r
        self.people, self.households, self.employers = [], [], ['E%05d' % r.randint(0, 99999) for _ in range(60)]
        want = int(lines / (2.08 * self.months) * .82)
        weights = []
        for h in self.hoods:
            c = h['county']
            weights.append((9 if h['urban'] else 6) if c in self.own else 1.6 if c in self.near else 2 if c == self.capital else 1.5)
        while len(self.people) < want:
            hood = r.choices(self.hoods, weights)[0]
            shape = r.choices(('couple', 'old', 'family', 'single', 'three'), (3, 3, 5, 3, 1))[0]
            ages = {'couple': (r.randint(25, 62),) * 2, 'old': (r.randint(62, 84),) * 2, 'family': (r.randint(30, 50),) * 2 + (r.randint(4, 24),), 'single': (r.randint(20, 85),),
                    'three': (r.randint(28, 48),) * 2 + (r.randint(2, 18), r.randint(60, 80), r.randint(60, 80))}[shape]
            self.household(hood, [max(1, a + r.randint(-3, 3)) for a in ages])

    def household(self, hood, ages, region=None, address=None):
        r = self.r
        migrant = region or (r.choice(PROVINCES) if r.random() < .05 else None)
        address = address or '%s街道%s小区%d号楼%d室' % (hood['county'], r.choice('东西南北新和平安福') + r.choice('苑园里庄城'), r.randint(1, 40), r.randint(101, 2606))
        phone = '1%s%08d' % (r.choice(('38', '39', '50', '86', '77')), r.randint(0, 99999999))
        members = [self.person(hood, age, migrant, address, phone) for age in ages]
        near = sorted(hood['pharmacies'], key=lambda o: -o.size * r.uniform(.3, 1))
        for m in members:
            m.house = members
            m.shops = [(near[0], 6), (near[1], 3)] + [(o, 1) for o in near[2:3]] + [(r.choice(r.choice(self.hoods)['pharmacies']) if r.random() < .15 else near[0], .6)]
        self.households.append(members)
        return members

    def person(self, hood, age, migrant, address, phone):
        r = self.r
        p = Person('%s%014d' % (migrant or hood['county'], r.randint(0, 10 ** 14 - 1)))
        p.hood, p.age, p.sex = hood, age, r.choice('12')
        p.name = r.choice(SURNAMES) + ''.join(r.choice(GIVEN) for _ in range(r.choice((1, 2, 2))))
        p.birth = datetime.date(2024 - age, r.randint(1, 12), r.randint(1, 28))
        p.employee = 22 <= age <= 60 and r.random() < (.5 if hood['urban'] else .15) or age > 60 and r.random() < .3
        p.region = migrant or (hood['county'][:4] + '99' if p.employee and r.random() < .5 else hood['county'])
        p.employer = r.choice(self.employers) if p.employee and age <= 60 else ''
        p.address, p.phone = address, phone if r.random() < .6 else '1%s%08d' % (r.choice(('35', '58', '91')), r.randint(0, 99999999))
        p.hour, p.phase = r.choice((9, 9.5, 10, 15, 16, 18, 19)), r.randint(0, 27)
        p.clinic = r.choice(hood['clinics'])
        hospitals = [o for o in self.outlets if o.kind == 'hospital' and (o.level >= 2 or o.private)]
        p.hospital = r.choices(hospitals, [o.size / (1 + (math.hypot(o.x - hood['x'], o.y - hood['y']) / 8) ** 2) for o in hospitals])[0]
        band = 0 if age < 40 else 1 if age < 60 else 2
        p.rates = [(a, v[1][band] * (1.6 if age < 12 and a in ('cold', 'cough', 'flu') else 1)) for a, v in AILMENTS.items() if not v[2]]
        for a, v in AILMENTS.items():
            if v[2] and age > 17 and r.random() < v[1][band]:
                p.ailments.append(a)
                some = r.sample(self.by_ailment[a], min(len(self.by_ailment[a]), r.choice((1, 1, 2))))
                p.regimen += [(c, max(1, round(self.drug[c][2] * r.choice((.5, .75, 1))))) for c in some]
        if p.ailments:
            p.doctor = r.choice(p.hospital.doctors) if r.random() < .45 else r.choice(p.clinic.doctors)
            p.outside = r.random() < .4     # fills the hospital's prescriptions at a pharmacy
            p.loyal = r.random()
        p.active = r.lognormvariate(0, .5)
        self.people.append(p)
        return p


class Life:
    """Everybody's honest visits."""
    def __init__(self, w):
        self.w, self.r, self.visits = w, random.Random('life %d' % w.seed), []
        r = self.r
        for o in w.outlets:      # some clinics upload when they close, or a day's receipts at night
            if o.kind == 'clinic' and r.random() < .08:
                o.settles = r.choice((17.9, 20.5, 23.2))
        self.share = [(.35 if w.holiday[d] else 1) * (1.15 if w.weekday[d] in (0, 5) else .95) for d in range(w.days)]
        for house in w.households:
            for p in house:
                self.year(p)
            if len(house) > 1 and r.random() < .35:
                self.together(house)

    def add(self, day, hour, person, outlet, doctor, diagnosis, items, honest=True):
        """One settlement; returns it. Items: codes, (code, quantity) or whole items."""
        w, full = self.w, []
        if not 0 <= day < w.days:
            return None
        for it in items:
            it = (it, 1) if isinstance(it, str) else it
            price = it[2] if len(it) > 2 and it[2] else int(w.drug[it[0]][1] * (1.12 if outlet.kind == 'pharmacy' else 1))
            full.append((it[0], it[1], price, it[3] if len(it) > 3 else None, it[4] if len(it) > 4 else None))
        if outlet.settles and honest:
            hour = outlet.settles + self.r.uniform(0, .08)
        v = [int(day * DAY + max(0, min(23.98, hour)) * 3600) + self.r.randint(0, 40), person, outlet, doctor.code if doctor else '', diagnosis, full, honest]
        self.visits.append(v)
        return v

    def shop(self, p):
        return self.r.choices([s for s, _ in p.shops], [k for _, k in p.shops])[0]

    def on_duty(self, doctor, day):
        for d in range(day, day + 8):
            if d < self.w.days and self.w.weekday[d] in doctor.days and not self.w.holiday[d]:
                return d
        return day

    def hour(self, p):
        return min(21.3, max(7.6, self.r.gauss(p.hour, 1.6) if self.r.random() < .6 else self.r.choice((self.r.gauss(9.7, 1), self.r.gauss(18.4, 1.2)))))

    def year(self, p):
        w, r = self.w, self.r
        if p.regimen and p.loyal < .92:
            gap, day = r.choice((28, 30, 30, 35, 60)), p.phase
            while day < w.days:
                if r.random() < .88:
                    self.refill(p, day)
                day += max(7, round(r.gauss(gap, 5)))
        for a, rate in p.rates:
            peak = AILMENTS[a][3]
            mean = rate * p.active * w.days / 365
            for _ in range(self.poisson(mean)):
                for _ in range(6):
                    day = r.randrange(w.days)
                    if r.random() < self.share[day] * (1 if not peak else 1 if w.month[day] in peak else .25):
                        break
                self.illness(p, a, day)
        if r.random() < (.03 if p.age < 60 else .09) * w.days / 365:
            self.stay(p, r.randrange(max(1, w.days - 14)))

    def poisson(self, mean):
        n, k = 0, math.exp(-mean)
        u = self.r.random()
        while u > k and n < 30:
            u *= self.r.random()
            n += 1
        return n

    def market(self, p, day):
        """Country people move an errand to the next market day, every fifth."""
        if p.hood['urban'] or self.r.random() < .5:
            return day
        return day + (p.hood['market'] - day) % 5

    def refill(self, p, day):
        w, r = self.w, self.r
        items = [x for x in p.regimen if r.random() < .85] or p.regimen[:1]
        diag = AILMENTS[r.choice(p.ailments)][0] if p.ailments else 'Z76.000'
        if p.loyal < .3:                                       # buys by himself
            return self.add(self.market(p, day), self.hour(p), p, self.shop(p), None, diag, items)
        d = p.doctor
        day = self.on_duty(d, day)
        hour = r.uniform(*d.shift)
        if d.home.kind == 'hospital' and p.outside and r.random() < .75:
            self.add(day, hour, p, d.home, d, diag, [w.service['reg']] + ([w.service['chem']] if r.random() < .15 else []))
            door = d.home.door and r.random() < .6
            shop = r.choices(d.home.door, [o.size for o in d.home.door])[0] if door else self.shop(p)
            return self.add(day + (0 if door or r.random() < .6 else 1), hour + r.uniform(.2, 1) if door else hour + r.uniform(1, 4), p, shop, d, diag, items)
        extra = [w.service['reg']] if d.home.kind == 'hospital' else []
        return self.add(day, hour, p, d.home, d, diag, extra + items)

    def illness(self, p, a, day):
        w, r = self.w, self.r
        diag, drugs = AILMENTS[a][0], w.by_ailment[a]
        items = [(c, r.choice((1, 1, 1, 2))) for c in r.sample(drugs, min(len(drugs), r.choice((1, 1, 2, 2, 3))))]
        if r.random() < .08:
            items.append(r.choice(w.by_ailment['tonic']))
        where = r.random()
        otc = [x for x in items if w.drug[x[0] if isinstance(x, tuple) else x][3]]
        if where < .5 and otc:
            return self.add(self.market(p, day), self.hour(p), p, self.shop(p), None, diag if r.random() < .5 else '', otc)
        if where < .8 or a in ('cold', 'allergy', 'tonic'):
            d = r.choice(p.clinic.doctors)
            return self.add(self.on_duty(d, day), r.uniform(*d.shift), p, p.clinic, d, diag, items + ([(w.service['drip'], r.randint(1, 3))] if r.random() < .15 else []))
        h = p.hospital
        if w.weekday[day] > 4 or w.holiday[day] or r.random() < .1:
            return self.add(day, r.uniform(8, 23), p, h, r.choice(h.doctors), diag, [w.service['reg'], w.service['blood']] + items)
        d = r.choice(h.doctors)
        day = self.on_duty(d, day)
        return self.add(day, r.uniform(*d.shift), p, h, d, diag, [w.service['reg']] + ([w.service[r.choice(('blood', 'chem', 'us', 'ct', 'ecg'))]] if r.random() < .4 else []) + items)

    def stay(self, p, day, hospital=None, doctor=None, length=None, treat=None, honest=True, drugs=None, diag=None, hour=None):
        """A stay in hospital: one settlement at its end, lines on each day."""
        w, r = self.w, self.r
        h = hospital or p.hospital
        d = doctor or r.choice(h.doctors)
        length = length or r.randint(4, 10)
        a = r.choice(p.ailments) if p.ailments else r.choice(('stomach', 'cough', 'pain'))
        out = hour or r.uniform(9, 16)
        end = min(w.days - 1, day + length)
        items = []
        treat = treat or (self.r.choice((('drip',), ('rehab', 'acu'), ('massage', 'wave'), ('moxa',))) if h.private else ('drip',))
        for k in range(day, end):
            at = int(k * DAY + r.uniform(8, 17) * 3600)
            for s in ('bed', 'nurse') + treat:
                items.append((w.service[s], 1, None, None, at))
        for c in drugs or r.sample(w.by_ailment[a], min(2, len(w.by_ailment[a]))):
            items.append((c, r.randint(1, 3), None, None, int(day * DAY + 11 * 3600)))
        items += [(w.service[s], 1, None, None, int(day * DAY + r.uniform(9, 16) * 3600)) for s in ('blood', 'chem')]
        return self.add(end, out, p, h, d, diag or AILMENTS[a][0], items, honest)

    def together(self, house):
        """People of one home go shopping together, or one goes with all the cards."""
        w, r = self.w, self.r
        grown = [p for p in house if p.age > 17]
        for _ in range(r.randint(2, 12)):
            day, shop = r.randrange(w.days), self.shop(house[0])
            hour = self.hour(house[0])
            for p in r.sample(house, min(len(house), r.choice((2, 2, 3)))) if len(grown) > 1 else []:
                items = r.sample(p.regimen, 1) if p.regimen and r.random() < .6 else [r.choice(w.by_ailment[r.choice(('cold', 'tonic', 'pain', 'stomach'))])]
                self.add(day, hour + r.uniform(0, .12), p, shop, None, '', items)


class Innocent:
    """Groups with good reasons to come together. Each method returns its people (and outlets, doctors) or None."""
    KINDS = ('care_home care_home dialysis employer_day works_clinic school_clinic promotion neighbour_fetcher migrant_dorm split_box village_clinic_day pension_day company_bus blood_donors student_dorm sports_team '
             'tb_observed methadone vaccination market_friends dance_group chemo_ward graft_clinic rare_disease antenatal_class plaster_days winter_guests second_site dual_channel family_account half_dispensed transfer '
             'double_printed_codes psych_injection tour_group road_camp opening_day shop_staff diabetes_class border_town hospital_bus relay_fetcher').split()

    def __init__(self, life):
        self.life, self.w, self.groups = life, life.w, []
        r = self.r = random.Random('innocent %d' % life.w.seed)
        w = self.w
        self.free = [p for p in w.people if p.hood['county'] in w.own]
        r.shuffle(self.free)
        self.used = set()
        for kind in self.KINDS:
            if r.random() < .75:
                got = getattr(self, kind)()
                if got:
                    self.groups.append((kind,) + got if isinstance(got, tuple) else (kind, got))
        self.mothers()
        steady = [h for h in w.households if len(h) > 1]
        for h in r.sample(steady, min(60, len(steady))):
            self.groups.append(('household', h))

    def mothers(self):
        """Women with child or anaemic who belong to no class: iron and folic acid are ordinary purchases."""
        for p in self.free:
            if p.sex == '2' and 21 < p.age < 44 and self.r.random() < .12:
                first, doctor = self.r.randrange(self.w.days), self.r.choice(p.hospital.doctors)
                for d in range(first, min(self.w.days, first + 200), 28):
                    drug = self.w.by_ailment[self.r.choice(('preg', 'iron'))][0]
                    if self.r.random() < .5:
                        self.life.add(self.life.on_duty(doctor, d), self.r.uniform(*doctor.shift), p, p.hospital, doctor, 'Z34.900', [self.w.service['us'], drug])
                    else:
                        self.life.add(d, self.life.hour(p), p, self.life.shop(p), None, 'D50.900' if self.r.random() < .4 else '', [drug])

    def take(self, n, test=lambda p: p.age > 17, hood=None):
        out = []
        for p in self.free:
            if len(out) == n:
                break
            if p.number not in self.used and (hood is None or p.hood is hood) and test(p):
                out.append(p)
                self.used.add(p.number)
        return out

    def hood(self, urban=None):
        w = self.w
        return self.r.choice([h for h in w.hoods if h['county'] in w.own and (urban is None or h['urban'] == urban)])

    def public(self, level=2):
        w = self.w
        return self.r.choice([o for o in w.outlets if o.kind == 'hospital' and o.level >= level and o.county in w.own and not o.private])

    def of(self, hospital, dept):
        return self.r.choice([d for d in hospital.doctors if d.dept == dept])

    def own_items(self, p):
        """A small purchase by the way: seldom one of the steady drugs, which people refill elsewhere."""
        r = self.r
        if p.regimen and r.random() < .3:
            return [(r.choice(p.regimen)[0], 1)]
        return [r.choice(self.w.by_ailment[r.choice(('cold', 'tonic', 'pain', 'stomach', 'skin'))])]

    def instead(self, people):
        """From here on these people's steady drugs come by the group's way alone: their own refills are taken away."""
        steady = {p: {c for c, _ in p.regimen} for p in people}
        self.life.visits = [v for v in self.life.visits if v[1] not in steady or not any(it[0] in steady[v[1]] for it in v[5])]

    def gather(self, people, outlet, day, hour, span, doctor=None, items=None, attend=.9, diag=''):
        for p in people:
            if self.r.random() < attend:
                got = items(p) if items else self.own_items(p)
                if got:
                    self.life.add(day, hour + self.r.uniform(0, span), p, outlet, doctor, diag, got)

    def every(self, gap, first=None, jitter=0):
        d = self.r.randrange(gap) if first is None else first
        while d < self.w.days:
            yield d + (self.r.randint(-jitter, jitter) if jitter else 0)
            d += gap

    def care_home(self):
        """A home's doctor writes everybody's prescriptions once in four weeks; a nurse takes all cards to one counter, or two by turns."""
        hood = self.hood(True)
        people = self.take(self.r.randint(18, 38), lambda p: p.age > 66)
        clinic = self.r.choice(hood['clinics'])
        shops = [clinic, hood['pharmacies'][0]][:self.r.choice((1, 2))]
        for p in people:
            p.address = '%s敬老院' % hood['county']
            if not p.regimen:
                p.regimen = [(self.r.choice(self.w.by_ailment['htn']), 2)]
        self.instead(people)
        for i, d in enumerate(self.every(28)):
            self.gather(people, shops[i % len(shops)], d, 9.5, 1.2, self.r.choice(clinic.doctors), lambda p: p.regimen[:4], .93, 'Z76.000')
        return people

    def dialysis(self):
        h, w = self.public(), self.w
        people = self.take(self.r.randint(12, 20), lambda p: p.age > 35)
        doctor, half = self.of(h, '肾内'), len(people) // 2
        start = {p: self.r.choice((7.2, 12.5)) for p in people}
        for d in range(w.days):
            for group, days in ((people[:half], (0, 2, 4)), (people[half:], (1, 3, 5))):
                if w.weekday[d] in days:
                    for p in group:
                        if self.r.random() < .96:
                            extra = [self.r.choice(w.by_ailment['kidney'])] if self.r.random() < .12 else []
                            self.life.add(d, start[p] + self.r.uniform(0, .5), p, h, doctor, 'N18.003', [w.service['hd']] + extra)
        return people

    def employer_day(self):
        h, w = self.public(), self.w
        e = self.r.choice(w.employers)
        people = self.take(self.r.randint(25, 60), lambda p: 22 < p.age < 61)
        for p in people:
            p.employer = e
        for k in range(2):
            d = self.r.randrange(w.days)
            self.gather(people, h, d, 8, 3, self.r.choice(h.doctors), lambda p: [w.service[s] for s in ('blood', 'chem', 'us', 'ecg')], .85, 'Z00.000')
        return people

    def works_clinic(self):
        """A works' own clinic: a hundred colleagues drop in during breaks, and after an overheated week many at once."""
        hood = self.hood(False)
        c = self.w.outlet('clinic', hood['county'], hood['x'], hood['y'], .1, name='职工医务室')
        people = self.take(self.r.randint(60, 110), lambda p: 20 < p.age < 60)
        e = self.r.choice(self.w.employers)
        for p in people:
            p.employer = e
        for d in range(self.w.days):
            if self.w.weekday[d] < 5 and not self.w.holiday[d]:
                for p in self.r.sample(people, self.life.poisson(2.6)):
                    self.life.add(d, self.r.choice((10.1, 12.4, 15.6)) + self.r.uniform(0, .35), p, c, self.r.choice(c.doctors), 'J06.900', self.own_items(p))
        return people

    def school_clinic(self):
        hood = self.hood(True)
        c = self.w.outlet('clinic', hood['county'], hood['x'], hood['y'], .1, name='学校卫生所')
        people = self.take(self.r.randint(30, 60), lambda p: 6 <= p.age <= 22)
        for d in range(self.w.days):
            if self.w.weekday[d] < 5 and self.w.month[d] not in (2, 7, 8):
                wave = 4 if self.w.month[d] in (12, 1) else 1
                for p in self.r.sample(people, min(len(people), self.life.poisson(.5 * wave))):
                    self.life.add(d, 9.9 + self.r.uniform(0, .4), p, c, c.doctors[0], 'J11.100', [self.r.choice(self.w.by_ailment['flu'] + self.w.by_ailment['cold'])])
        return people

    def promotion(self):
        """Members' day on the 8th, 18th and 28th: double points, everybody buys the tonic on offer."""
        hood = self.hood(True)
        shop = hood['pharmacies'][0]
        people = self.take(self.r.randint(40, 80), lambda p: p.age > 40, hood)
        for d in range(self.w.days):
            if self.w.date[d].day in (8, 18, 28):
                offer = self.r.choice(self.w.by_ailment['tonic'])
                self.gather(people, shop, d, 8, 11, None, lambda p: self.own_items(p) + ([offer] if self.r.random() < .5 else []), .22)
        return people

    def neighbour_fetcher(self):
        """One woman of the building fetches for four to six old neighbours, each month, each one's own steady drugs."""
        hood = self.hood(True)
        people = self.take(self.r.randint(4, 6), lambda p: p.age > 64 and p.regimen, hood) + self.take(1, lambda p: 40 < p.age < 60, hood)
        if len(people) < 4:
            return None
        shop = self.r.choice(hood['pharmacies'][:2])
        self.instead(people)
        for d in self.every(30, None, 4):
            hour = self.r.uniform(8.5, 10.5)
            self.gather(people, shop, d, hour, .25, None, lambda p: p.regimen[:3] or self.own_items(p), .92)
        return people

    def relay_fetcher(self):
        """A village's courier takes old people's cards to the county hospital and, if it is out of stock, to the pharmacy at its door."""
        hood, w = self.hood(False), self.w
        people = self.take(self.r.randint(5, 8), lambda p: p.age > 60 and p.regimen, hood)
        if len(people) < 4:
            return None
        h = next(o for o in w.outlets if o.kind == 'hospital' and o.level >= 2 and o.county == hood['county'])
        d0 = self.r.choice(h.doctors)
        self.instead(people)
        for d in self.every(30, None, 3):
            d, hour = self.life.on_duty(d0, d), self.r.uniform(9, 10)
            for p in people:
                if self.r.random() < .9:
                    self.life.add(d, hour + self.r.uniform(0, .6), p, h if self.r.random() < .75 else h.door[0], d0, 'Z76.000', p.regimen)
        return people

    def migrant_dorm(self):
        """Workers from one far county in one dormitory, one clinic at the gate."""
        hood, w = self.hood(True), self.w
        region = self.r.choice(PROVINCES)
        people = self.take(self.r.randint(25, 60), lambda p: 18 < p.age < 50)
        clinic = self.r.choice(hood['clinics'])
        for p in people:
            p.region, p.address, p.hood = region, '工业园区%s宿舍' % hood['county'], hood
            for _ in range(self.life.poisson(5)):
                d = self.r.randrange(w.days)
                place = self.r.choice((clinic, clinic, hood['pharmacies'][0]))
                self.life.add(d, self.r.gauss(18.8, .7), p, place, self.r.choice(clinic.doctors) if place is clinic else None, '', self.own_items(p))
        return people

    def road_camp(self):
        """A building crew insured in a neighbouring county moves along the road; its cook buys for several."""
        w = self.w
        region = self.r.choice(w.near)
        people = self.take(self.r.randint(9, 16), lambda p: p.sex == '1' and 22 < p.age < 58)
        camps = [self.hood(False) for _ in range(3)]
        for p in people:
            p.region = region
        for i, d in enumerate(self.every(11, None, 3)):
            hood = camps[min(2, i * 3 // max(1, w.days // 11))]
            self.gather(people, hood['pharmacies'][0], d, 18.5, 1.5, None, None, .4)
        return people

    def split_box(self):
        """One box opened for several: each pays a part, the code is scanned each time, within two days at one counter."""
        hood, w = self.hood(), self.w
        shop = hood['clinics'][0]
        people = []
        for _ in range(self.r.randint(6, 12)):
            some = self.take(self.r.randint(2, 4))
            code = self.r.choice(w.by_ailment[self.r.choice(('flu', 'cough', 'gut'))])
            d, trace = self.r.randrange(w.days - 3), self.trace()
            for p in some:
                self.life.add(d + self.r.randint(0, 2), self.r.uniform(8, 17), p, shop, shop.doctors[0], 'J20.900', [(code, round(1 / len(some), 2), w.drug[code][1], trace)])
            people += some
        return people

    def trace(self):
        return '8%019d' % self.r.randrange(10 ** 19)

    def village_clinic_day(self):
        hood = self.hood(False)
        people = self.take(self.r.randint(14, 30), lambda p: p.age > 52, hood)
        c = hood['clinics'][0]
        for p in people:
            if not p.regimen:
                p.regimen = [(self.r.choice(self.w.by_ailment['htn']), 2)]
        self.instead(people)
        for d in self.every(14, 2):
            self.gather(people, c, d, 8.2, 2.3, c.doctors[0], lambda p: self.r.sample(p.regimen, 1), .55, 'I10.x00')
        return people

    def pension_day(self):
        hood = self.hood(True)
        people = self.take(self.r.randint(14, 30), lambda p: p.age > 61, hood)
        for d in range(self.w.days):
            if self.w.date[d].day == 15:
                self.gather(people, hood['pharmacies'][1], d, 8.3, 2.5, None, None, .5)
        return people

    def company_bus(self):
        """Miners with dust in their lungs, taken by the company's bus to one doctor each month, all on the same two drugs."""
        h, w = self.public(), self.w
        people = self.take(self.r.randint(12, 24), lambda p: p.sex == '1' and p.age > 38)
        e, doctor = self.r.choice(w.employers), self.of(h, '呼吸')
        drugs = [w.by_ailment['dust'][0], self.r.choice([c for c in w.by_ailment['copd'] if '乙酰' in w.drug[c][0]])]
        for p in people:
            p.employer = e
        for d in self.every(30):
            self.gather(people, h, self.life.on_duty(doctor, d), 9, 1.6, doctor, lambda p: [w.service['reg'], (drugs[0], 3)] + ([(drugs[1], 2)] if self.r.random() < .8 else []), .85, 'J63.800')
        return people

    def hospital_bus(self):
        """The county's free bus for the country: on Thursdays people of one township come to the county hospital, each to the own department."""
        hood, w = self.hood(False), self.w
        h = next(o for o in w.outlets if o.kind == 'hospital' and o.level >= 2 and o.county == hood['county'])
        people = self.take(self.r.randint(12, 22), lambda p: p.age > 50, hood)
        for d in range(w.days):
            if w.weekday[d] == 3:
                for p in people:
                    if self.r.random() < .13:
                        doctor = self.r.choice([x for x in h.doctors if 3 in x.days] or h.doctors)
                        self.life.add(d, self.r.uniform(8.6, 10.4), p, h, doctor, '', [w.service['reg']] + self.own_items(p))
        return people

    def blood_donors(self):
        hood, w = self.hood(True), self.w
        people = self.take(self.r.randint(20, 40), lambda p: 20 < p.age < 55)
        for d in self.every(91):
            self.gather(people, hood['pharmacies'][0], d, 9, 6, None, lambda p: [w.by_ailment['iron'][0]], .6)
        return people

    def student_dorm(self):
        """Six to eight room-mates catch each other's colds and go to the same shop in the evening."""
        hood, w = self.hood(True), self.w
        people = self.take(self.r.randint(6, 8), lambda p: 17 < p.age < 26)
        for p in people:
            p.address = '大学城%s栋%d室' % (hood['county'], 301 + len(self.used))
        for _ in range(self.r.randint(5, 9)):
            d = self.r.randrange(w.days - 6)
            a = self.r.choice(('cold', 'gut', 'cough', 'allergy'))
            for p in people:
                if self.r.random() < .5:
                    self.life.add(d + self.r.choice((0, 0, 1, 2, 4)), self.r.gauss(20, .6), p, hood['pharmacies'][0], None, '', [self.r.choice(w.by_ailment[a])])
        return people

    def sports_team(self):
        """After training on Tuesdays the team goes to the same clinic for plasters and massage."""
        hood, w = self.hood(True), self.w
        people = self.take(self.r.randint(10, 16), lambda p: 15 < p.age < 32)
        c = self.r.choice(hood['clinics'])
        for d in range(w.days):
            if w.weekday[d] == 1 and self.r.random() < .6:
                self.gather(people, c, d, 16.6, .9, c.doctors[0], lambda p: self.r.sample([w.service['massage'], w.service['acu'], w.by_ailment['sprain'][0], w.by_ailment['pain'][0]], 2), .38, 'S93.400')
        return people

    def tb_observed(self):
        """Tuberculosis patients take the month's tablets under a nurse's eye: same place, same two drugs, every Monday."""
        w = self.w
        hood = self.hood(False)
        people = self.take(self.r.randint(6, 11), lambda p: p.age > 20)
        h = hood['clinics'][-1]
        for p in people:
            first = self.r.randrange(max(1, w.days - 170))
            for d in range(first, min(w.days, first + 170)):
                if w.weekday[d] == 0:
                    self.life.add(d, 8.4 + self.r.uniform(0, .8), p, h, h.doctors[0], 'A15.000', [(w.by_ailment['tb'][0], 1)] + ([(w.by_ailment['tb'][1], 1)] if self.r.random() < .7 else []))
        return people

    def methadone(self):
        w = self.w
        c = w.outlet('clinic', w.own[0], 1, 1, .1, name='美沙酮维持治疗门诊')
        people = self.take(self.r.randint(8, 14), lambda p: 25 < p.age < 58)
        hour = {p: self.r.uniform(7.5, 10) for p in people}
        for d in range(w.days):
            for p in people:
                if self.r.random() < .55:
                    self.life.add(d, hour[p] + self.r.gauss(0, .2), p, c, c.doctors[0], 'F11.200', [(w.by_ailment['opioid'][0], 1)])
        return people

    def vaccination(self):
        hood, w = self.hood(True), self.w
        c = hood['clinics'][0]
        people = self.take(self.r.randint(80, 140), lambda p: p.age > 58)
        autumn = [d for d in range(w.days) if w.month[d] in (10, 11)]
        if not autumn:
            return None
        first = self.r.choice(autumn)
        for p in people:
            self.life.add(first + self.r.randint(0, 2), self.r.uniform(8, 11.5), p, c, c.doctors[0], 'Z25.100', [(w.by_ailment['vaccine'][0], 1), w.service['shot']])
        return people

    def market_friends(self):
        hood, w = self.hood(False), self.w
        people = self.take(self.r.randint(5, 9), lambda p: p.age > 45, hood)
        for d in self.every(5, hood['market']):
            if self.r.random() < .35:
                self.gather(people, hood['pharmacies'][0], d, 8.4, .7, None, None, .5)
        return people

    def dance_group(self):
        """Women of the evening dance in the square buy plasters and tonics at the pharmacy on it, now here, now at its neighbour."""
        hood, w = self.hood(True), self.w
        people = self.take(self.r.randint(8, 14), lambda p: p.sex == '2' and 48 < p.age < 74)
        for d in self.every(9, None, 3):
            self.gather(people, self.r.choice(hood['pharmacies'][:2]), d, 20.1, .5, None, lambda p: self.own_items(p) if self.r.random() < .6 else [self.r.choice(w.by_ailment['pain'] + w.by_ailment['tonic'])], .34)
        return people

    def chemo_ward(self):
        """Three-week cycles on one ward, one regimen, the same days."""
        h, w = self.public(3), self.w
        people = self.take(self.r.randint(7, 12), lambda p: p.age > 45)
        doctor = self.of(h, '肿瘤')
        first = self.r.randrange(max(1, w.days - 150))
        for p in people:
            shift = self.r.choice((0, 0, 7))
            for k in range(6):
                self.life.stay(p, first + shift + 21 * k, h, doctor, 2, ('drip',), True, w.by_ailment['chemo'], 'C34.900')
        return people

    def graft_clinic(self):
        """Grafted kidneys: one doctor's Wednesday, all on tacrolimus; some fill at the door."""
        h, w = self.public(3), self.w
        people = self.take(self.r.randint(12, 20), lambda p: p.age > 25)
        doctor = self.of(h, '肾内')
        doctor.days = [2]
        self.instead(people)
        for p in people:
            p.regimen = [(c, 2) for c in self.r.sample(w.by_ailment['graft'], 2)] + p.regimen[:1]
            first = self.r.randrange(28)
            for d in range(first, w.days, 28):
                self.life.add(self.life.on_duty(doctor, d), self.r.uniform(8, 11.5), p, h if self.r.random() < .7 else h.door[0], doctor, 'Z94.000', p.regimen)
        return people

    def rare_disease(self):
        """Bleeders of three prefectures and some of the far provinces come to the one centre with a doctor and factor VIII in stock."""
        w = self.w
        h = self.public(3)
        doctor = self.r.choice(h.doctors)
        pool = [p for p in w.people if p.hood['county'] in w.near and p.number not in self.used]
        people = self.r.sample(pool, min(len(pool), self.r.randint(8, 14)))
        self.used.update(p.number for p in people)
        for p in people:
            for d in self.every(self.r.choice((28, 35, 42)), None, 4):
                self.life.add(self.life.on_duty(doctor, max(0, d)), self.r.uniform(8.5, 11.5), p, h, doctor, 'D66.x00', [w.service['reg'], (w.by_ailment['blood'][0], self.r.randint(3, 6))])
        return people

    def antenatal_class(self):
        h, w = self.public(), self.w
        people = self.take(self.r.randint(9, 15), lambda p: p.sex == '2' and 21 < p.age < 40)
        doctor, first = self.of(h, '妇科'), self.r.randrange(max(1, w.days - 160))
        for d in range(first, min(w.days, first + 150), 14):
            self.gather(people, h, self.life.on_duty(doctor, d), 14, 1.5, doctor, lambda p: self.r.sample([w.service['us'], w.service['blood'], w.by_ailment['preg'][0], w.by_ailment['iron'][0]], 2), .75, 'Z34.900')
        return people

    def plaster_days(self):
        """The hot-season plasters of Chinese medicine: three dates ten days apart in July and August, three in the cold."""
        w = self.w
        c = self.r.choice(self.hood(True)['clinics'])
        people = self.take(self.r.randint(50, 90), lambda p: p.age > 5)
        for d in range(w.days):
            if (w.month[d], w.date[d].day) in ((7, 15), (7, 25), (8, 4), (12, 21), (12, 30), (1, 8)):
                self.gather(people, c, d, 7.6, 4, c.doctors[0], lambda p: [(w.by_ailment['plaster'][0], 1), w.service['moxa']], .7, 'J45.900')
        return people

    def winter_guests(self):
        """Pensioners from the cold north rent in one estate from November to March."""
        w = self.w
        hood = self.hood(True)
        region = self.r.choice(('230103', '220104', '150102'))
        people = self.take(self.r.randint(14, 30), lambda p: p.age > 60)
        for p in people:
            p.region, p.address = region, '候鸟公寓%s' % hood['county']
            self.move(p, hood)
        cold = [d for d in range(w.days) if w.month[d] in (11, 12, 1, 2, 3)]
        guests, stays = set(people), set(cold)
        self.life.visits = [v for v in self.life.visits if v[1] not in guests or v[0] // DAY in stays]
        for p in people:
            for _ in range(self.life.poisson(7)):
                self.life.add(self.r.choice(cold), self.r.gauss(9.6, .9), p, self.r.choice(hood['pharmacies'][:2]), None, '', self.own_items(p))
        return people

    def move(self, p, hood):
        p.hood = hood
        p.shops = [(o, 1) for o in hood['pharmacies'][:3]]

    def second_site(self):
        """A specialist also consults on Saturdays at a private hospital across the town; those patients fill at the shop beside it."""
        w = self.w
        d0 = self.r.choice([d for d in self.public(3).doctors])
        sites = [o for o in w.outlets if o.kind == 'hospital' and o.private and o.county in w.own]
        site = self.r.choice(sites)
        shop = w.outlet('pharmacy', site.county, site.x, site.y, 3)
        people = self.take(self.r.randint(20, 40), lambda p: p.regimen and p.age > 40)
        self.instead(people)
        for p in people:
            for d in self.every(self.r.choice((28, 35)), None, 3):
                day = d + (5 - w.weekday[d % w.days]) % 7
                if self.r.random() < .75:
                    hour = self.r.uniform(8.5, 11.5)
                    self.life.add(day, hour, p, site, d0, AILMENTS[(p.ailments or ['htn'])[0]][0], [w.service['reg']])
                    if self.r.random() < .8:
                        self.life.add(day, hour + self.r.uniform(.15, .8), p, shop, d0, AILMENTS[(p.ailments or ['htn'])[0]][0], p.regimen)
        site.door = [shop]
        for _ in range(self.r.randint(350, 600)):          # the site's other patients and the neighbours use the shop, too
            p, d, hour = self.r.choice(self.free), self.r.randrange(w.days), self.r.uniform(8, 17)
            doctor = self.r.choice(site.doctors) if self.r.random() < .7 else None
            if doctor:
                d = self.life.on_duty(doctor, d)
                self.life.add(d, hour, p, site, doctor, '', [w.service['reg']])
            self.life.add(d, hour + self.r.uniform(.15, .9), p, shop, doctor, '', self.own_items(p))
        return people, [shop], [d0]

    def dual_channel(self):
        """Dear cancer drugs are stocked by one appointed shop; all oncologists of the town's hospitals send their patients there."""
        w = self.w
        shop = self.r.choice([o for o in w.outlets if o.kind == 'pharmacy' and o.county == w.own[0]])
        doctors = [d for o in w.outlets if o.level == 3 for d in o.doctors if d.dept == '肿瘤']
        people = self.take(self.r.randint(24, 40), lambda p: p.age > 45)
        for p in people:
            doctor, code = self.r.choice(doctors), self.r.choice(w.by_ailment['cancer'])
            for d in self.every(28, None, 3):
                day = self.life.on_duty(doctor, max(0, d))
                hour = self.r.uniform(8.5, 11.5)
                self.life.add(day, hour, p, doctor.home, doctor, 'C34.900', [w.service['reg'], w.service['blood']])
                self.life.add(day + self.r.choice((0, 0, 1)), hour + self.r.uniform(1, 5), p, shop, doctor, 'C34.900', [(code, w.drug[code][2])])
        return people, [shop], []

    def family_account(self):
        """A child in a far city pays for own cold tablets with the parents' family account while they shop at home."""
        w = self.w
        people, far = [], [h for h in w.hoods if h['county'] in FAR or h['county'] == w.capital]
        for p in self.take(self.r.randint(5, 9), lambda p: p.age > 50 and p.regimen):
            hood = self.r.choice(far)
            for _ in range(self.r.randint(5, 12)):
                self.life.add(self.r.randrange(w.days), self.r.gauss(19, 1.4), p, hood['pharmacies'][0], None, '', [self.r.choice(w.by_ailment[self.r.choice(('cold', 'allergy', 'tooth', 'stomach'))])])
            people.append(p)
        return people

    def half_dispensed(self):
        """A chain's shop has one box left; its sister two streets on gives the rest the same afternoon."""
        hood, w = self.hood(True), self.w
        a, b = hood['pharmacies'][:2]
        people = self.take(self.r.randint(15, 30), lambda p: p.regimen and p.regimen[0][1] > 1, hood)
        for p in people:
            d, hour = self.r.randrange(w.days), self.r.uniform(9, 17)
            code, n = p.regimen[0]
            self.life.add(d, hour, p, a, None, '', [(code, 1)])
            self.life.add(d, hour + self.r.uniform(.2, 1.5), p, b, None, '', [(code, n - 1)])
        return people

    def transfer(self):
        """Sent on from the county hospital to the city's the same day: both draw blood, both take the CT."""
        w = self.w
        big = self.public(3)
        people = self.take(self.r.randint(14, 26), lambda p: p.hospital.level == 2)
        for p in people:
            d, hour = self.r.randrange(w.days), self.r.uniform(8, 11)
            same = [w.service['reg'], w.service['blood']] + ([w.service['ct']] if self.r.random() < .4 else [])
            self.life.add(d, hour, p, p.hospital, self.r.choice(p.hospital.doctors), 'R07.400', same)
            self.life.add(d, hour + self.r.uniform(2, 5), p, big, self.r.choice(big.doctors), 'R07.400', same)
        return people

    def double_printed_codes(self):
        """A maker's printer ran twice: two boxes with one code, sold to strangers at any two counters of the country."""
        w = self.w
        code = self.r.choice(w.by_ailment['cold'])
        shops = [o for o in w.outlets if o.kind == 'pharmacy']
        people = []
        for _ in range(self.r.randint(15, 30)):
            trace = self.trace()
            for p in self.take(2):
                self.life.add(self.r.randrange(w.days), self.r.uniform(8, 20), p, self.life.shop(p) if self.r.random() < .7 else self.r.choice(shops), None, '', [(code, 1, None, trace)])
                people.append(p)
        return people

    def psych_injection(self):
        h, w = self.public(), self.w
        people = self.take(self.r.randint(9, 16), lambda p: p.age > 20)
        doctor = self.r.choice(h.doctors)
        for d in self.every(28):
            self.gather(people, h, self.life.on_duty(doctor, d), 8.5, 2, doctor, lambda p: [(w.by_ailment['psych'][0], 1), w.service['shot']], .9, 'F20.900')
        return people

    def tour_group(self):
        """Tourists of one place, ill on the same two days, at the pharmacy by the sight."""
        w = self.w
        region = self.r.choice(PROVINCES)
        hood = self.hood(False)
        people = [w.person(hood, self.r.randint(50, 72), region, '', '') for _ in range(self.r.randint(12, 22))]
        for p in people:
            p.house, p.shops = [p], [(hood['pharmacies'][0], 1)]
        d = self.r.randrange(w.days - 2)
        for k in range(2):
            self.gather(people, hood['pharmacies'][0], d + k, 17, 2.5, None, lambda p: [self.r.choice(w.by_ailment['gut'] + w.by_ailment['cold'])], .7)
        return people

    def opening_day(self):
        hood, w = self.hood(True), self.w
        people = self.take(self.r.randint(60, 120), lambda p: p.age > 40)
        shop = self.r.choice(hood['pharmacies'])
        d = self.r.randrange(w.days - 3)
        for k in range(3):
            self.gather(people, shop, d + k, 8, 10, None, lambda p: [self.r.choice(w.by_ailment['tonic'])], .5)
        return people

    def shop_staff(self):
        """Assistants of a pharmacy put their own purchases through when they close."""
        hood, w = self.hood(True), self.w
        people = self.take(self.r.randint(4, 6), lambda p: 22 < p.age < 52)
        for d in self.every(12, None, 4):
            self.gather(people, hood['pharmacies'][0], d, 21.2, .3, None, None, .5)
        return people

    def diabetes_class(self):
        h, w = self.public(), self.w
        people = self.take(self.r.randint(12, 24), lambda p: 'dm' in p.ailments)
        doctor = self.of(h, '内分泌')
        self.instead(people)
        for d in self.every(30):
            self.gather(people, h, self.life.on_duty(doctor, d), 14.2, 1.4, doctor, lambda p: [w.service['reg'], w.service['chem']] + [x for x in p.regimen if w.drug[x[0]][4] == 'dm'], .7, 'E11.900')
        return people

    def border_town(self):
        """A town on the border of two prefectures: its people shop on both sides of the bridge, now and then both in one errand."""
        w = self.w
        hood = next(h for h in w.hoods if h['county'] == w.near[0])
        mine = min((h for h in w.hoods if h['county'] in w.own), key=lambda h: math.hypot(h['x'] - hood['x'], h['y'] - hood['y']))
        there = w.outlet('pharmacy', hood['county'], mine['x'], mine['y'], 2)
        people = self.take(self.r.randint(30, 60), lambda p: p.age > 25, mine)
        for p in people:
            for _ in range(self.life.poisson(4)):
                d, hour = self.r.randrange(w.days), self.life.hour(p)
                self.life.add(d, hour, p, there, None, '', self.own_items(p))
                if self.r.random() < .2:
                    self.life.add(d, hour + self.r.uniform(.35, 1.2), p, mine['pharmacies'][0], None, '', self.own_items(p))
        for p in self.r.sample([p for p in w.people if p.hood['county'] == w.near[0]], 40):      # and those who live on its own side
            for _ in range(self.life.poisson(6)):
                d, hour = self.r.randrange(w.days), self.life.hour(p)
                self.life.add(d, hour, p, there, None, '', self.own_items(p))
                if self.r.random() < .1:
                    self.life.add(d, hour + self.r.uniform(.35, 1.2), p, mine['pharmacies'][0], None, '', self.own_items(p))
        return people, [there], []


class Rings:
    """What is to be found. `hard`: few loose occasions, seven in ten present, own drugs mixed in, ordinary quantities."""
    WAYS = {'batch': ('station', 'runner', 'night_shop', 'hung_beds'), 'resale': ('patients', 'card_picker', 'e_prescription'), 'steering': ('forged_special', 'kickback', 'two_doctors'),
            'crossregion': ('remote_scan', 'bus_beds'), 'duplicate': ('two_schemes', 'sister_tills'), 'travel': ('lent_code', 'roaming_codes'), 'trace': ('back_on_shelf', 'code_parade')}

    def __init__(self, life):
        self.life, self.w = life, life.w
        w = self.w
        r = self.r = random.Random('rings %d %s' % (w.seed, w.style))
        self.hard, self.truth, self.taken = w.style == 'hard', [], set()
        self.far = [h for h in w.hoods if h['county'] in FAR + (w.capital,)]      # one ring to a far place, as there are few
        r.shuffle(self.far)
        self.pool = [p for p in w.people if p.age > 24 and p.hood['county'] in w.own and p.region[:4] == w.own[0][:4]]
        r.shuffle(self.pool)
        todo = []
        for pattern, ways in self.WAYS.items():
            n = {'batch': 3, 'resale': 2, 'steering': 1}.get(pattern, 2)
            todo += [(pattern, way) for way in r.sample(ways, n)]
        drop = set()
        for pattern, way in todo:
            self.extra = ([], [])
            members = getattr(self, way)()
            self.truth.append((pattern, way, members) + self.extra)
            if pattern != 'steering':
                keep = r.uniform(.6, 1)
                drop.update(id(v) for v in life.visits if v[6] and v[1] in members and r.random() > keep)
        life.visits = [v for v in life.visits if id(v) not in drop]

    def members(self, low, high, test=lambda p: True, pool=None):
        n, out = self.r.randint(low, high), []
        for p in pool or self.pool:
            if len(out) == n:
                break
            if p.number not in self.taken and test(p):
                out.append(p)
                self.taken.add(p.number)
        return out

    def turns(self, members, times, share, least):
        """Who comes on which of `times` occasions: each with chance `share`, and everybody at least `least` times."""
        r = self.r
        out = [[m for m in members if r.random() < share] for _ in range(times)]
        for m in members:
            absent = [i for i in range(times) if m not in out[i]]
            need = least - (times - len(absent))
            for i in r.sample(absent, max(0, min(need, len(absent)))):
                out[i].append(m)
        for some in out:
            r.shuffle(some)
        return out

    def dates(self, n, first=None, last=None, workdays=False):
        w, r = self.w, self.r
        first, last = first if first is not None else 5, last or w.days - 6
        days = [d for d in range(first, last) if not w.holiday[d] and (not workdays or w.weekday[d] < 5)]
        return sorted(r.sample(days, n))

    def span(self, low=.45, high=.8):
        length = int(self.w.days * self.r.uniform(low, high))
        first = self.r.randrange(3, self.w.days - length - 3)
        return first, first + length

    def list_of(self, n, ailments=None):
        w = self.w
        pool = [c for c in w.wanted if w.drug[c][4] not in ('cancer', 'graft', 'immune') and w.drug[c][1] < 30000 and (not ailments or w.drug[c][4] in ailments)]
        return self.r.sample(pool, n)

    def basket(self, p, wanted, dose=None):
        """The buyer's drugs; hard: one or two of them in ordinary quantity among the person's own."""
        r, w = self.r, self.w
        if not self.hard:
            return [(c, dose or r.choice((4, 5, 6))) for c in r.sample(wanted, min(len(wanted), r.choice((2, 3))))]
        own = r.sample(p.regimen, min(len(p.regimen), r.choice((0, 1, 1)))) if p.regimen else []
        own += [r.choice(w.by_ailment[r.choice(('cold', 'pain', 'stomach', 'tonic'))])] if r.random() < .35 else []
        return [(c, max(1, w.drug[c][2] // 2)) for c in r.sample(wanted, min(len(wanted), r.choice((1, 2, 2))))] + own

    def near_outlets(self, kind, n, test=lambda o: True):
        w = self.w
        pool = [o for o in w.outlets if o.kind == kind and o.county in w.own[:3] and test(o)]
        return self.r.sample(pool, min(n, len(pool)))

    # batch
    def station(self):
        """[Daxing] A station keeps two dozen cards and takes some of them to its own desk week after week, one or two doctors signing."""
        r, w = self.r, self.w
        home = self.near_outlets('clinic', 1, lambda o: not o.settles)[0]
        m = self.members(*((10, 15) if self.hard else (14, 26)))
        wanted = self.list_of(5 if self.hard else 4)
        n = 11 if self.hard else r.randint(16, 24)
        for d, some in zip(self.dates(n, *self.span(.6, .8), workdays=True), self.turns(m, n, .42 if self.hard else .38, 4)):
            hour, gap = r.choice((12.3, 13.1, 17.2)), (.06, .3) if self.hard else (.03, .1)
            for p in some:
                hour += r.uniform(*gap)
                self.life.add(d, hour, p, home, r.choice(home.doctors), AILMENTS['chd'][0], self.basket(p, wanted), False)
        return m

    def runner(self):
        """[Shenzhen] One man goes round with a stack of credentials: pharmacy after pharmacy, the same goods."""
        r = self.r
        m = self.members(*((6, 9) if self.hard else (6, 13)))
        shops, wanted = self.near_outlets('pharmacy', r.randint(4, 7)), self.list_of(4 if self.hard else 3)
        n = 6 if self.hard else r.randint(7, 12)
        for d, some in zip(self.dates(n, *self.span()), self.turns(m, n, .7 if self.hard else .9, 4)):
            shop, hour = r.choice(shops), r.uniform(9, 19)
            for i, p in enumerate(some):
                if i == len(some) // 2 and r.random() < .5:
                    shop, hour = r.choice(shops), hour + r.uniform(.3, .8)
                hour += r.uniform(.05, .3) if self.hard else r.uniform(.02, .09)
                self.life.add(d, hour, p, shop, None, '', self.basket(p, wanted), False)
        return m

    def night_shop(self):
        """[Lanzhou] Cards hung up at a chain's two shops, settled before they open or after they close."""
        r = self.r
        m = self.members(*((8, 12) if self.hard else (9, 17)))
        shops, wanted = self.near_outlets('pharmacy', 2), self.list_of(4)
        n = 8 if self.hard else r.randint(10, 16)
        for d, some in zip(self.dates(n, *self.span()), self.turns(m, n, .55, 4)):
            shop, hour = r.choice(shops), r.choice((6.3, 21.2)) if self.hard else r.choice((5.2, 22.2, 22.7))
            for p in some:
                hour += r.uniform(.03, .22) if self.hard else r.uniform(.01, .06)
                self.life.add(d, hour, p, shop, None, '', self.basket(p, wanted), False)
        return m

    def hung_beds(self):
        """[Huimin, Hongqiao] A private hospital admits the same old people together, discharges them together, bundle alike."""
        r, w = self.r, self.w
        h = r.choice([o for o in w.outlets if o.private and o.kind == 'hospital' and o.county in w.own])
        m = self.members(*((8, 12) if self.hard else (10, 18)), test=lambda p: p.age > 52)
        doctors = r.sample(h.doctors, 2)
        bundle, drugs = tuple(r.sample(('rehab', 'wave', 'acu', 'massage', 'moxa'), 3)), self.list_of(3)
        n = 4 if self.hard else r.randint(4, 6)
        first, last = self.span(.6, .8)
        for k, some in enumerate(self.turns(m, n, .7 if self.hard else .88, 3)):
            d = first + k * (last - first) // n + r.randint(0, 8)
            length = r.randint(3, 5)
            for p in some:
                shift = r.choice((0, 0, 1)) if self.hard else 0
                treat = bundle if not self.hard else tuple(r.sample(bundle, 2)) + (r.choice(('drip', 'acu')),)
                self.life.stay(p, d + shift, h, r.choice(doctors), length, treat, False, drugs if not self.hard else r.sample(drugs, 2), 'M51.200', r.uniform(9, 11.5))
        return m

    # resale
    def patients(self):
        """[Zhenjiang, Yangzhou, Taizhou] Patients, each alone, go from hospital to hospital and doctor to doctor for one buyer's list, far more than they need."""
        r, w = self.r, self.w
        graft = r.random() < .35
        wanted = [c for c in w.wanted if w.drug[c][4] == 'graft'] + self.list_of(2, ('tonic', 'htn')) if graft else self.list_of(3 if self.hard else 4)
        m = self.members(*((6, 10) if self.hard else (6, 13)), test=lambda p: p.age > 45 and bool(p.regimen))
        places = [o for o in w.outlets if o.kind == 'hospital' and o.level >= 2 and o.county in w.own] + self.near_outlets('clinic', 3)
        places = r.sample(places, min(len(places), r.randint(5, 7)))
        first, last = self.span(.6, .85)
        for p in m:
            for d in self.dates(r.randint(10, 14) if self.hard else r.randint(18, 30), first, last, True):
                o = r.choice(places)
                doc = r.choice(o.doctors)
                self.life.add(self.life.on_duty(doc, d), r.uniform(*doc.shift), p, o, doc, 'Z94.000' if graft else AILMENTS[w.drug[wanted[0]][4]][0], ([w.service['reg']] if o.kind == 'hospital' else []) + self.basket(p, wanted, 3), False)
        return m

    def card_picker(self):
        """[Shenzhen] A professional with a handful of bought cards: a morning at one hospital, card after card, doctor after doctor; days later the next one."""
        r, w = self.r, self.w
        m = self.members(4, 8)
        wanted = self.list_of(3 if self.hard else 4)
        places = r.sample([o for o in w.outlets if o.kind == 'hospital' and o.level >= 2 and o.county in w.own], 5)
        n = 7 if self.hard else r.randint(9, 14)
        for d, some in zip(self.dates(n, *self.span(.6, .85), workdays=True), self.turns(m, n, .7 if self.hard else .88, 4)):
            o, hour = r.choice(places), 8.2
            for p in some:
                hour += r.uniform(.1, .5)
                duty = [x for x in o.doctors if w.weekday[d] in x.days] or o.doctors
                self.life.add(d, hour, p, o, r.choice(duty), AILMENTS['chd'][0], [w.service['reg']] + self.basket(p, wanted), False)
        return m

    def e_prescription(self):
        """[Wuhan] Dear injections and capsules on electronic prescriptions that the shops provide, each buyer alone at four to six shops."""
        r, w = self.r, self.w
        wanted = [w.by_ailment['immune'][0]] + self.list_of(2)
        m = self.members(*((6, 9) if self.hard else (7, 13)), test=lambda p: p.age > 35)
        shops = self.near_outlets('pharmacy', r.randint(4, 6))
        remote = [d for o in w.outlets if o.county == w.capital and o.kind == 'hospital' for d in o.doctors][:4]
        first, last = self.span(.5, .8)
        for p in m:
            for d in self.dates(r.randint(8, 11) if self.hard else r.randint(10, 18), first, last):
                self.life.add(d, self.life.hour(p), p, r.choice(shops), r.choice(remote), 'D80.100' if r.random() < .6 else AILMENTS['chd'][0], self.basket(p, wanted, 3), False)
        return m

    # steering
    def steer(self, doctors, people, shop, share, hospital_visit):
        """The doctors' patients fill at `shop`; the honest fills that this replaces are taken away."""
        r, w = self.r, self.w
        codes, people = {d.code for d in doctors}, set(people)
        gone, new = set(), []
        for v in self.life.visits:
            if v[1] in people and v[3] in codes and v[6]:
                gone.add(id(v))
                new.append(v)
        self.life.visits = [v for v in self.life.visits if id(v) not in gone]
        by = {d.code: d for d in doctors}
        for v in new:
            drugs = [it[:2] for it in v[5] if it[0][0] in 'XZ']
            if not drugs:
                continue
            doc = by[v[3]]
            day, hour = self.life.on_duty(doc, v[0] // DAY), r.uniform(*doc.shift)
            if hospital_visit:
                self.life.add(day, hour, v[1], doc.home, doc, v[4], [w.service['reg']], False)
            if r.random() < share:
                self.life.add(day, hour + r.uniform(.6, 3), v[1], shop, doc, v[4], drugs, False)
            else:
                o = r.choice(doc.home.door) if r.random() < .5 else self.life.shop(v[1])
                self.life.add(day, hour + r.uniform(.2, 2), v[1], o, doc, v[4], drugs, True)
        return [p for p in people if any(v[1] is p and v[2] is shop and v[3] in codes for v in self.life.visits)]

    def patients_of(self, doctors, n):
        """Gives the doctors a practice: their own patients and some who are moved to them."""
        r, w = self.r, self.w
        mine = [p for p in w.people if p.doctor in doctors and p.regimen]
        more = self.members(n, n, lambda p: p.regimen and p.doctor and p.doctor not in doctors and p.loyal >= .3)
        for p in more:
            doc = r.choice(doctors)
            for v in self.life.visits:
                if v[1] is p and v[3] == p.doctor.code and v[6]:
                    v[3], v[4] = doc.code, v[4]
                    if v[2].kind != 'pharmacy':
                        v[2] = doc.home
            p.doctor = doc
        return mine + more

    def kickback(self, count=1):
        """[Miluo] Patients come out of the consulting room and cross the town to one shop with a slip, past the shops at the door."""
        r, w = self.r, self.w
        h = r.choice([o for o in w.outlets if o.kind == 'hospital' and o.level >= 2 and o.county in w.own[:3]])
        doctors = r.sample(h.doctors, count)
        far = [o for o in w.outlets if o.kind == 'pharmacy' and o.county in w.own[:3] and 3 < math.hypot(o.x - h.x, o.y - h.y) < 12] or self.near_outlets('pharmacy', 5)
        shop = r.choice(far)
        people = self.patients_of(doctors, (24 if self.hard else 36) * count)
        got = self.steer(doctors, people, shop, r.uniform(.42, .58) if self.hard else r.uniform(.7, .9), True)
        self.extra = ([shop], doctors)
        return got

    def two_doctors(self):
        """[Miluo] The same, two colleagues of one hospital."""
        return self.kickback(2)

    def forged_special(self):
        """[Harbin] A shop for special drugs bills dear drugs on prescriptions of one doctor of a far hospital, whose patients these are not: no visit to him stands in the claims."""
        r, w = self.r, self.w
        doctor = r.choice([d for o in w.outlets if o.level == 3 for d in o.doctors])
        shop = self.near_outlets('pharmacy', 1)[0]
        m = self.members(*((12, 18) if self.hard else (20, 36)), test=lambda p: p.age > 40)
        drugs = r.sample([c for c in w.wanted if w.drug[c][4] in ('cancer', 'hepb', 'stroke', 'dm')], 4)
        for p in m:
            mine = r.sample(drugs, r.choice((1, 2)))
            for d in self.dates(r.randint(4, 6) if self.hard else r.randint(6, 12)):
                self.life.add(d, r.uniform(9, 20), p, shop, doctor, AILMENTS[w.drug[mine[0]][4]][0], [(c, max(1, w.drug[c][2] // (2 if self.hard else 1))) for c in mine], False)
        self.extra = ([shop], [doctor])
        return m

    # crossregion
    def remote_scan(self):
        """[Huangpi] Credentials of many provinces, whose holders never come, scanned at two small shops for one dear product."""
        r, w = self.r, self.w
        shops = self.near_outlets('pharmacy', 2, lambda o: o.size < 3)
        hood = w.hoods[0]
        m = []
        for _ in range(r.randint(9, 14) if self.hard else r.randint(12, 26)):
            p = w.person(hood, r.randint(28, 66), r.choice(PROVINCES), '', '')
            p.house, p.shops = [p], [(shops[0], 1)]
            m.append(p)
        dear = r.choice(('片仔癀', '安宫牛黄丸', '复方阿胶浆'))
        code = w.named(dear)
        n = 6 if self.hard else r.randint(6, 11)
        for d, some in zip(self.dates(n, *self.span(.4, .7)), self.turns(m, n, .5 if self.hard else .45, 3)):
            hour, shop = r.uniform(17, 20) if not self.hard else r.uniform(9, 17), r.choice(shops)
            for p in some:
                hour += r.uniform(.02, .1) if not self.hard else r.uniform(.05, .35)
                self.life.add(d, hour, p, shop, None, '', [(code, 1)] + ([r.choice(w.by_ailment['tonic'])] if self.hard and r.random() < .5 else []), False)
        return m

    def bus_beds(self):
        """[Hechuan, Datong] A minibus brings people of a county in the next prefecture to a private hospital, to beds or to an afternoon of treatments."""
        r, w = self.r, self.w
        county = r.choice(w.near)
        pool = [p for p in w.people if p.hood['county'] == county and p.age > 40]
        r.shuffle(pool)
        m = self.members(*((8, 12) if self.hard else (9, 18)), pool=pool)
        h = r.choice([o for o in w.outlets if o.private and o.kind == 'hospital' and o.county in w.own])
        doctors, beds = r.sample(h.doctors, 2), r.random() < .5
        bundle = tuple(r.sample(('rehab', 'wave', 'acu', 'massage', 'moxa'), 3))
        n = 5 if self.hard else r.randint(5, 8)
        for d, some in zip(self.dates(n, *self.span(.5, .8)), self.turns(m, n, .7 if self.hard else .85, 3)):
            for p in some:
                if beds:
                    self.life.stay(p, min(d, w.days - 5), h, r.choice(doctors), 3, bundle[:2], False, self.list_of(1), 'M51.200', r.uniform(9, 11))
                else:
                    self.life.add(d, r.uniform(13, 16 if self.hard else 14.6), p, h, r.choice(doctors), 'M51.200', [(w.service[s], 1) for s in (bundle if not self.hard else r.sample(bundle, 2))], False)
        return m

    # duplicate
    def two_schemes(self):
        """[Liu] What was settled at the city's hospital is settled again at a friendly outlet in the home county of another prefecture, the same day, item by item."""
        r, w = self.r, self.w
        there = r.choice([o for o in w.outlets if o.kind == 'clinic' and o.county in w.near and not o.settles])
        m = self.members(*((6, 10) if self.hard else (8, 16)), test=lambda p: bool(p.regimen))
        h = r.choice([o for o in w.outlets if o.kind == 'hospital' and o.level == 3])
        for p in m:
            for d in self.dates(r.randint(3, 4) if self.hard else r.randint(5, 9), workdays=True):
                items = r.sample(p.regimen, min(len(p.regimen), r.randint(1, 3)))
                doc = r.choice(h.doctors)
                d = self.life.on_duty(doc, d)
                hour = r.uniform(*doc.shift)
                self.life.add(d, hour, p, h, doc, 'Z76.000', [w.service['reg']] + items, False)
                self.life.add(d, r.uniform(8, 18), p, there, r.choice(there.doctors), 'Z76.000', items, False)
        self.extra = ([h, there], [])
        return m

    def sister_tills(self):
        """[Jin] A private clinic and the shop next door have one owner: what a patient takes is billed at both."""
        r, w = self.r, self.w
        c = self.near_outlets('clinic', 1, lambda o: not o.settles and o.private)[0]
        hood = next(h for h in w.hoods if c in h['clinics'])
        shop = hood['pharmacies'][-1]
        m = self.members(*((7, 11) if self.hard else (10, 20)))
        for p in m:
            for d in self.dates(3 if self.hard else r.randint(4, 8), workdays=True):
                items = [(x, r.randint(1, 2)) for x in r.sample(w.by_ailment[r.choice(('chd', 'htn', 'stroke', 'dm', 'stomach'))], 2 if not self.hard else r.choice((1, 2)))]
                hour = r.uniform(8.5, 17)
                self.life.add(d, hour, p, c, r.choice(c.doctors), AILMENTS['chd'][0], items, False)
                self.life.add(d, hour + (r.uniform(.02, .3) if not self.hard else r.uniform(.5, 3)), p, shop, None, '', items, False)
        self.extra = ([c, shop], [])
        return m

    # travel
    def lent_code(self):
        """[Yinchuan, Huangpi] Holders live on at home; their codes buy at a shop hundreds of kilometres off, often within the hour of a purchase at home."""
        r, w = self.r, self.w
        far = self.far.pop()
        shops, wanted = far['pharmacies'][:2], self.list_of(3)
        m = self.members(*((5, 8) if self.hard else (5, 11)))
        for p in m:
            for k, d in enumerate(self.dates(r.randint(5, 7) if self.hard else r.randint(6, 12))):
                hour = r.uniform(9, 19)
                self.life.add(d, hour, p, r.choice(shops), None, '', self.basket(p, wanted, 3), False)
                if k < 3 or r.random() < .6:
                    self.life.add(d, hour + r.uniform(-.8, .8), p, self.life.shop(p), None, '', self.own(p), False)
        return m

    def own(self, p):
        return self.r.sample(p.regimen, 1) if p.regimen else [self.r.choice(self.w.by_ailment[self.r.choice(('cold', 'pain', 'stomach'))])]

    def roaming_codes(self):
        """[Shenzhen, Huangpi] Two pickers in two cities share the codes: what was bought in one at ten is bought in the other at eleven."""
        r, w = self.r, self.w
        a = self.far.pop()
        b = next(h for h in self.far if h['county'] != a['county'])
        self.far.remove(b)
        wanted = self.list_of(3)
        m = self.members(*((5, 8) if self.hard else (6, 11)))
        n = 5 if self.hard else r.randint(5, 9)
        for d, some in zip(self.dates(n), self.turns(m, n, .7 if self.hard else .85, 3)):
            for p in some:
                hour = r.uniform(9, 17)
                self.life.add(d, hour, p, r.choice(a['pharmacies'][:3]), None, '', self.basket(p, wanted, 3), False)
                self.life.add(d, hour + r.uniform(.2, 1.5 if not self.hard else 2.5), p, r.choice(b['pharmacies'][:3]), None, '', self.basket(p, wanted, 3), False)
        return m

    # trace
    def trace(self):
        return '8%019d' % self.r.randrange(10 ** 19)

    def back_on_shelf(self):
        """[Ulanqab] People sell what they collected; weeks later their boxes are billed at a station to its ordinary patients. The ring is the sellers."""
        r, w = self.r, self.w
        station = self.near_outlets('clinic', 1)[0]
        station.scans = 0
        m = self.members(*((5, 8) if self.hard else (6, 12)))
        wanted = self.list_of(4)
        buyers = [p for p in self.pool if p.clinic is station] or self.pool[-80:]
        for p in m:
            shops = [self.life.shop(p) for _ in range(2)] + self.near_outlets('pharmacy', 2)
            for d in self.dates(r.randint(4, 5) if self.hard else r.randint(6, 11), 5, w.days - 70):
                code, t = r.choice(wanted), self.trace()
                self.life.add(d, self.life.hour(p), p, r.choice(shops), None, '', [(code, 1, None, t)] + ([r.choice(w.by_ailment['cold'])] if r.random() < .4 else []), False)
                if r.random() < .9:
                    doc = r.choice(station.doctors)
                    self.life.add(self.life.on_duty(doc, d + r.randint(12, 60)), r.uniform(*doc.shift), r.choice(buyers), station, doc, AILMENTS[w.drug[code][4]][0], [(code, 1, None, t)], True)
        self.extra = ([station], [])
        return m

    def code_parade(self):
        """[Dezhou] One box stays on the desk of a village room; its code is scanned for one kept card after another."""
        r, w = self.r, self.w
        room = r.choice([o for h in w.hoods if not h['urban'] and h['county'] in w.own for o in h['clinics'] if o.kind == 'clinic'])
        m = self.members(*((6, 10) if self.hard else (8, 16)))
        wanted = self.list_of(4)
        for some in self.turns(m, 6 if self.hard else r.randint(6, 10), .6 if self.hard else .75, 3):
            code, t = r.choice(wanted), self.trace()
            first = r.randrange(5, w.days - 45)
            for p in some:
                doc = r.choice(room.doctors)
                self.life.add(self.life.on_duty(doc, first + r.randint(0, 40)), r.uniform(*doc.shift), p, room, doc, AILMENTS[w.drug[code][4]][0], [(code, 1, None, t)] + (self.own(p) if self.hard and r.random() < .5 else []), False)
        self.extra = ([room], [])
        return m


class Writer:
    """The tables, with the small dirt that exports have."""
    FLAT = ('bkkp_sn setl_id mdtrt_id psn_no insu_admdvs fixmedins_code fixmedins_name fix_blng_admdvs bilg_dr_code fee_ocur_time setl_time '
            'med_list_codg medins_list_name med_chrgitm_type cnt pric det_item_fee_sumamt dise_no drug_trac_codg refd_setl_flag vali_flag').split()
    FEES = 'bkkp_sn setl_id mdtrt_id psn_no insu_admdvs fixmedins_code fix_blng_admdvs bilg_dr_code fee_ocur_time med_list_codg medins_list_name med_chrgitm_type cnt pric det_item_fee_sumamt drug_trac_codg vali_flag'.split()
    SETL = 'setl_id mdtrt_id psn_no gend brdy insu_admdvs fixmedins_code fixmedins_name fix_blng_admdvs med_type begndate enddate setl_time medfee_sumamt fund_pay_sumamt psn_pay dise_no refd_setl_flag'.split()

    def __init__(self, w, life, innocent, rings, folder):
        self.w, self.r, self.folder = w, random.Random('writer %d' % w.seed), folder
        os.makedirs(folder, exist_ok=True)
        self.count = self.claims(sorted(life.visits, key=lambda v: (v[0], v[1].number, v[2].code, v[3])))
        options = ['--settlements', 'settlements.csv'] if w.look == 'tables' else []
        if w.with_persons:
            self.persons()
            options += ['--persons', 'persons.csv']
        with open(os.path.join(folder, 'options'), 'w', encoding='utf-8') as f:
            f.write(''.join(x + '\n' for x in options))
        self.groups('truth.csv', ['ring_id', 'pattern', 'style'], [('T%03d' % (i + 1), x[0], x[1]) + x[2:] for i, x in enumerate(rings.truth if rings else [])])
        self.groups('innocent.csv', ['group_id', 'kind', 'style'], [('G%03d' % (i + 1), g[0], g[0]) + (tuple(g[1:]) + ([], []))[:3] for i, g in enumerate(innocent.groups)])

    def out(self, name, header):
        f = open(os.path.join(self.folder, name), 'w', encoding='utf-8', newline='')
        c = csv.writer(f, lineterminator='\n')
        c.writerow(header)
        return f, c

    def stamp(self, second):
        return (datetime.datetime.combine(self.w.start, datetime.time()) + datetime.timedelta(seconds=second)).strftime('%Y-%m-%d %H:%M:%S')

    def claims(self, visits):
        w, r, flat = self.w, self.r, self.w.look == 'flat'
        f, fees = self.out('claims.csv', self.FLAT if flat else self.FEES)
        g, setl = (None, None) if flat else self.out('settlements.csv', self.SETL)
        line, last, label = 0, [], {}
        for c, d in w.drug.items():
            label[c] = (d[0], d[0] + '(国产)', d[0])
        for n, v in enumerate(visits):
            second, p, o, doctor, diag, items = v[:6]
            sid, mid = 'S%09d' % (n + 1), 'M%09d' % (n + 1)
            doctor = '' if doctor and r.random() < .02 else doctor
            diag = '' if diag and r.random() < .08 else diag
            when, total = self.stamp(second), 0
            back = r.random() < .003
            rows = []
            for code, qty, price, trace, at in items:
                line += 1
                money = int(round(qty * price))
                total += money
                drug = code[0] in 'XZ'
                if drug and trace is None and second // DAY >= o.scans and r.random() < .93:
                    trace = '8%019d' % r.randrange(10 ** 19)
                row = {'bkkp_sn': 'F%010d' % line, 'setl_id': sid, 'mdtrt_id': mid, 'psn_no': p.number, 'insu_admdvs': p.region, 'fixmedins_code': o.code, 'fixmedins_name': o.name, 'fix_blng_admdvs': o.county,
                       'bilg_dr_code': doctor, 'fee_ocur_time': self.stamp(at if at is not None else second - r.randint(0, 90)), 'setl_time': when, 'med_list_codg': code, 'medins_list_name': r.choice(label[code]),
                       'med_chrgitm_type': '11' if code[0] == 'Z' else '09' if drug else '05', 'cnt': ('%.2f' % qty).rstrip('0').rstrip('.'), 'pric': '%.2f' % (price / 100), 'det_item_fee_sumamt': '%.2f' % (money / 100),
                       'dise_no': diag, 'drug_trac_codg': trace or '', 'refd_setl_flag': '0', 'vali_flag': '1'}
                rows.append(row)
            if r.random() < .002:
                rows[0]['medins_list_name'] = ''
            if r.random() < .0004:
                rows[0]['cnt'] = ''
            if r.random() < .0003:
                rows[-1]['fee_ocur_time'] = rows[-1]['setl_time'] = '0000-00-00 00:00:00'
            if r.random() < .001:
                rows[0]['medins_list_name'] += ' '
            for row in rows:
                fees.writerow([row[k] for k in (self.FLAT if flat else self.FEES)])
                if r.random() < .0005:
                    fees.writerow([row[k] for k in (self.FLAT if flat else self.FEES)])     # exported twice
            if flat and back:       # given back at the counter
                for row in rows:
                    line += 1
                    fees.writerow([dict(row, bkkp_sn='F%010d' % line, cnt='-' + row['cnt'] if row['cnt'] else '', det_item_fee_sumamt='-' + row['det_item_fee_sumamt'], refd_setl_flag='1')[k] for k in self.FLAT])
            if not flat:
                first = min([at for *_, at in items if at is not None] + [second])
                kind = '21' if first < second - DAY else '41' if o.kind == 'pharmacy' else '11'
                fund = int(total * (.7 if kind == '21' else .45 if o.kind != 'pharmacy' else .25))
                s = {'setl_id': sid, 'mdtrt_id': mid, 'psn_no': p.number, 'gend': p.sex, 'brdy': p.birth, 'insu_admdvs': p.region, 'fixmedins_code': o.code, 'fixmedins_name': o.name, 'fix_blng_admdvs': o.county, 'med_type': kind,
                     'begndate': self.stamp(first)[:10], 'enddate': when[:10], 'setl_time': when, 'medfee_sumamt': '%.2f' % (total / 100), 'fund_pay_sumamt': '%.2f' % (fund / 100), 'psn_pay': '%.2f' % ((total - fund) / 100),
                     'dise_no': diag, 'refd_setl_flag': '0'}
                setl.writerow([s[k] for k in self.SETL])
        f.close()
        if g:
            g.close()
        return line

    def persons(self):
        r = self.r
        f, out = self.out('persons.csv', 'psn_no psn_name insu_admdvs brdy gend addr tel emp_no'.split())
        for p in self.w.people:
            phone = '' if r.random() < .2 else r.choice(('13800000000', '0')) if r.random() < .02 else p.phone
            address = '' if r.random() < .12 else '无' if r.random() < .01 else p.address
            out.writerow([p.number, p.name, p.region, p.birth if r.random() > .01 else '1900-01-01', p.sex, address, phone, p.employer])
        f.close()

    def groups(self, name, head, groups):
        f, out = self.out(name, head[:2] + ['entity_type', 'entity_id'] + head[2:])
        for gid, pattern, style, people, outlets, doctors in groups:
            for p in sorted(people, key=lambda p: p.number):
                out.writerow([gid, pattern, 'person', p.number, style])
            for o in outlets:
                out.writerow([gid, pattern, 'institution', o.code, style])
            for d in doctors:
                out.writerow([gid, pattern, 'doctor', d.code, style])
        f.close()


def main():
    a = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    a.add_argument('-o', required=True, dest='out')
    a.add_argument('--seed', type=int, default=1)
    a.add_argument('--style', choices=('plain', 'hard', 'free'), default='plain')
    a.add_argument('--lines', type=int, default=300000)
    o = a.parse_args()
    w = World(o.seed, o.style, o.lines)
    life = Life(w)
    innocent = Innocent(life)
    rings = Rings(life) if o.style != 'free' else None
    out = Writer(w, life, innocent, rings, o.out)
    print('%s: %d lines, %d people, %d months, %s%s; rings: %s; innocent: %s' % (o.out, out.count, len(w.people), w.months, w.look, ' with persons' if w.with_persons else '',
          ' '.join(t[1] for t in rings.truth) if rings else 'none', ' '.join(sorted({g[0] for g in innocent.groups}))))


if __name__ == '__main__':
    main()
