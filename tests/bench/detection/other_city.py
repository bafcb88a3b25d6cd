#!/usr/bin/env python3
"""A city by another hand: claims, planted rings, innocent groups.

Written from the input format, from reports on real cases and from how households, shifts, schools and pharmacies live, by
somebody who had read neither the program's detectors nor `ringscope simulate`. Where the two generators agree it is by chance.
Standard library alone; the same options give the same bytes.

    other_city.py -o DIR [--seed N] [--lines N] [--style plain|hard|free] [--look by-seed|nhsa|chinese|plain]
                  [--time by-seed|seconds|minutes|compact|date] [--without COLUMN,...] [--gb18030] [--no-dirt] [--registers]

writes DIR/claims.csv, truth.csv (ring_id,pattern,entity_type,entity_id,style), innocent.csv (group_id,kind,entity_type,entity_id) and, with
--registers, persons.csv, doctors.csv and institutions.csv.

How the city lives. One or two prefectures with real codes; districts with estates; each estate has points on a plane and everything
(favourite pharmacy, health centre, hospital) follows from distance and from an outlet's heavy-tailed drawing power. People live in
households, have ages, work somewhere or not, have chronic conditions with a regimen of their own and a refill rhythm, fall ill with the
season. Hospitals have departments; part of their prescriptions is filled outside, at the door or near home, with the doctor on the line.

How rings live (`plant_*`): each pattern in two or three styles, after published cases; members are ordinary people who mostly go on
with their own lives. `hard` makes them few, loose, half absent and modest; `free` plants none. A ring that leaves less trace than an
honest neighbour is not planted: what nobody could find judges nobody.
"""
import argparse
import csv
import gzip
import math
import os
import random
from datetime import datetime, timedelta

DAY = 86400
# Real division codes: prefectures with counties, in which a city is built.
PREFECTURES = {
    '6201': '02 03 04 05 11 21 22 23', '3703': '02 03 04 05 06 21 22 23', '4502': '02 03 04 05 06 22 23 24 25 26',
    '3412': '02 03 04 21 22 25 26 82', '5107': '03 04 05 22 23 25 26 27 81', '3505': '02 03 04 05 21 24 25 26 81 82 83',
    '1303': '02 03 04 06 21 22 24', '4305': '02 03 11 22 23 24 25 27 28 29 81 82', '2306': '02 03 04 05 06 21 22 23 24',
}
# Where migrants, tourists and far patients are insured.
ELSEWHERE = ('110105 310115 440306 230103 210102 411522 421125 431122 522301 530629 360830 130424 140826 610125 330106 320583 '
             '500234 511381 413026 220182 152104 640522 632126 460107').split()

# condition: (share at 45, share at 75, department, diagnosis, drugs as name:price:days a box)
CONDITIONS = {
    'bp': (.16, .56, '心血管内科', 'I10.x00', '苯磺酸氨氯地平片:21:28 缬沙坦胶囊:33:14 厄贝沙坦片:29:14 硝苯地平控释片:36:14 酒石酸美托洛尔片:9:20 '
           '培哚普利叔丁胺片:48:30 吲达帕胺缓释片:18:20 沙库巴曲缬沙坦钠片:112:14'),
    'dm': (.07, .25, '内分泌科', 'E11.900', '盐酸二甲双胍缓释片:17:15 阿卡波糖片:38:10 格列美脲片:31:30 磷酸西格列汀片:61:14 达格列净片:59:14 '
           '甘精胰岛素注射液:78:20 门冬胰岛素30注射液:49:15 利拉鲁肽注射液:289:17'),
    'lipid': (.10, .27, '心血管内科', 'E78.500', '阿托伐他汀钙片:24:14 瑞舒伐他汀钙片:22:14 依折麦布片:53:10 非诺贝特胶囊:28:10'),
    'chd': (.03, .24, '心血管内科', 'I25.103', '阿司匹林肠溶片:12:30 硫酸氢氯吡格雷片:42:7 单硝酸异山梨酯缓释片:19:14 参松养心胶囊:31:7 '
            '复方丹参滴丸:27:9 银杏叶提取物片:37:8 麝香保心丸:34:14 替格瑞洛片:74:7'),
    'stroke': (.01, .12, '神经内科', 'I69.300', '丁苯酞软胶囊:126:6 尼莫地平片:22:16 脑心通胶囊:29:6 甲钴胺片:25:7 吡拉西坦片:8:14'),
    'copd': (.02, .10, '呼吸内科', 'J44.900', '布地奈德福莫特罗吸入粉雾剂:178:30 噻托溴铵粉吸入剂:152:30 孟鲁司特钠片:36:5 氨茶碱片:6:16'),
    'bph': (.02, .15, '泌尿外科', 'N40.x00', '非那雄胺片:52:10 盐酸坦索罗辛缓释胶囊:44:10 前列舒通胶囊:39:8'),
    'thyroid': (.04, .05, '内分泌科', 'E03.900', '左甲状腺素钠片:33:50 甲巯咪唑片:22:30'),
    'hbv': (.03, .02, '感染科', 'B18.105', '恩替卡韦分散片:14:28 富马酸替诺福韦酯片:19:30'),
    'gout': (.04, .05, '风湿免疫科', 'M10.900', '非布司他片:26:14 别嘌醇片:12:25 秋水仙碱片:21:10'),
    'bone': (.01, .13, '骨科', 'M81.900', '碳酸钙D3片:34:30 骨化三醇软胶囊:46:10 阿仑膦酸钠片:69:28'),
    'mind': (.03, .03, '精神心理科', 'F32.900', '盐酸舍曲林片:58:14 草酸艾司西酞普兰片:66:14 富马酸喹硫平片:73:10'),
    'kidney': (.006, .02, '肾内科', 'N18.900', '百令胶囊:53:7 金水宝胶囊:37:7 尿毒清颗粒:61:5 复方α-酮酸片:118:8'),
    'epilepsy': (.004, .004, '神经内科', 'G40.900', '丙戊酸钠缓释片:44:15 左乙拉西坦片:96:15'),
    'cancer': (.004, .02, '肿瘤科', 'C34.900', '甲磺酸奥希替尼片:5580:30 来那度胺胶囊:3200:21 卡培他滨片:412:14 阿那曲唑片:188:14'),
}
# acute: (weight, winter factor, child factor, department, diagnosis, drugs)
ACUTE = {
    'cold': (34, 2.4, 1.6, '全科', 'J00.x00', '感冒灵颗粒:14 连花清瘟胶囊:26 布洛芬缓释胶囊:19 复方氨酚烷胺片:13 板蓝根颗粒:16 维C银翘片:9 小柴胡颗粒:21'),
    'cough': (22, 2.1, 1.8, '呼吸内科', 'J20.900', '急支糖浆:23 盐酸氨溴索口服液:25 川贝枇杷膏:34 阿莫西林胶囊:11 头孢克肟分散片:28 阿奇霉素片:22 肺力咳合剂:36'),
    'flu': (7, 5.0, 1.9, '呼吸内科', 'J11.100', '磷酸奥司他韦胶囊:58 布洛芬混悬液:22 对乙酰氨基酚片:8'),
    'stomach': (18, .9, .7, '消化内科', 'K29.500', '奥美拉唑肠溶胶囊:19 铝碳酸镁咀嚼片:25 多潘立酮片:17 康复新液:41 雷贝拉唑钠肠溶片:47'),
    'gut': (9, .6, 1.6, '消化内科', 'A09.900', '蒙脱石散:21 双歧杆菌三联活菌胶囊:33 口服补液盐散:18 诺氟沙星胶囊:9'),
    'skin': (11, .7, 1.2, '皮肤科', 'L30.900', '糠酸莫米松乳膏:27 氯雷他定片:18 硝酸咪康唑乳膏:14 炉甘石洗剂:8 盐酸左西替利嗪片:23'),
    'pain': (16, 1.1, .2, '骨科', 'M54.500', '双氯芬酸钠缓释片:21 云南白药气雾剂:44 氟比洛芬凝胶贴膏:62 活络油:29 盘龙七片:43 跌打丸:12'),
    'eye': (7, .9, .9, '眼科', 'H10.900', '左氧氟沙星滴眼液:19 玻璃酸钠滴眼液:38 萘敏维滴眼液:13'),
    'throat': (9, 1.5, 1.2, '耳鼻喉科', 'J02.900', '蓝芩口服液:36 西瓜霜润喉片:11 蒲地蓝消炎口服液:39 罗红霉素胶囊:16'),
    'women': (6, 1, 0, '妇产科', 'N76.000', '保妇康栓:33 甲硝唑片:6 桂枝茯苓胶囊:35 益母草颗粒:17'),
    'teeth': (5, 1, .6, '口腔科', 'K04.000', '甲硝唑芬布芬胶囊:15 丁硼乳膏:26 人工牛黄甲硝唑胶囊:12'),
    'tonic': (12, 1.3, .2, '中医科', 'R53.x00', '六味地黄丸:28 逍遥丸:19 黄芪颗粒:32 归脾丸:21 复方阿胶浆:138 补中益气丸:18 安神补脑液:37'),
}
PRICEY = ('东阿阿胶:498 片仔癀:760 安宫牛黄丸:580 西洋参饮片:168 人工虫草菌粉胶囊:142 复方阿胶浆:138 鹿角胶:266 '
          '定坤丹:218 龟鹿二仙膏:310 人血白蛋白:420').split()
SERVICES = '门诊诊察费:18 血常规:20 尿常规:12 生化全套:140 心电图:24 彩色B超:95 胸部CT:230 静脉输液:12 床位费:45 针灸:38 推拿:60 血液透析:410 健康体检:180 促红素注射:34 美沙酮口服液:10'.split()
MAKERS = '华东 石药 信立泰 修正 扬子江 齐鲁 正大 恒瑞 复星 以岭'.split()


class Drug:
    __slots__ = ('code', 'name', 'price', 'days', 'kind')

    def __init__(self, code, name, price, days, kind):
        self.code, self.name, self.price, self.days, self.kind = code, name, price, days, kind


class Outlet:
    """An institution: where it stands, when it is open, what draws people to it."""
    __slots__ = ('id', 'type', 'region', 'x', 'y', 'pull', 'open', 'close', 'sunday', 'doctors', 'dear', 'clock', 'idx', 'size')


class Doctor:
    __slots__ = ('id', 'outlet', 'dept', 'idx', 'fame', 'steer')


class Person:
    __slots__ = ('id', 'age', 'male', 'x', 'y', 'region', 'home', 'work', 'favs', 'centre', 'hosp', 'regimen', 'rhythm', 'channel',
                 'house', 'idx', 'address', 'phone', 'ill', 'docs', 'proxied')


class City:
    def __init__(self, opt):
        self.o, self.r = opt, random.Random('other city %d %s' % (opt.seed, opt.style))
        r = self.r
        self.days = opt.days or r.choice([150, 181, 240, 300, 365, 420])
        self.day0 = datetime(2023, 1, 1) + timedelta(days=r.randrange(500))
        self.visits, self.truth, self.innocent, self.used = [], [], [], set()
        self.trace_no = 0
        self.seasons()
        self.formulary()
        self.land()
        self.settle_people()
        self.live()

    # ---- calendar ----------------------------------------------------------------------------------------------------
    def seasons(self):
        """winter[d] in 0..1; a closed week at spring festival."""
        self.winter, self.weekday, self.holiday, self.month_day = [], [], set(), []
        for d in range(self.days + 1):
            date = self.day0 + timedelta(days=d)
            self.winter.append(.5 + .5 * math.cos(2 * math.pi * (date.timetuple().tm_yday - 15) / 365))
            self.weekday.append(date.weekday())
            self.month_day.append(date.day)
            if (date.month, date.day) in [(2, x) for x in range(9, 16)] or (date.month == 10 and date.day <= 4):
                self.holiday.add(d)

    def formulary(self):
        r, self.drugs = self.r, []
        self.by_condition, self.by_acute, self.service = {}, {}, {}

        def add(text, kind):
            part = text.split(':')
            out = []
            for maker in r.sample(MAKERS, r.choice([1, 2, 2, 3])):
                price = round(float(part[1]) * r.lognormvariate(0, .22), 2)
                code = ('X%s%s%014d' % (chr(65 + len(self.drugs) % 20), chr(65 + len(self.drugs) * 7 % 23), 10 ** 11 * len(self.drugs) + r.randrange(10 ** 9)))
                self.drugs.append(Drug(code, part[0] + '(' + maker + ')', price, int(part[2]) if len(part) > 2 else 6, kind))
                out.append(len(self.drugs) - 1)
            return out
        for name, row in CONDITIONS.items():
            self.by_condition[name] = [add(t, 'rx') for t in row[4].split()]
        for name, row in ACUTE.items():
            self.by_acute[name] = [g for t in row[5].split() for g in add(t, 'otc')]
        self.pricey = [add(t, 'tonic')[0] for t in PRICEY]
        for t in SERVICES:
            name, price = t.split(':')
            self.drugs.append(Drug('00%d' % (1101000010000 + len(self.drugs) * 10007), name, float(price), 1, 'service'))
            self.service[name] = len(self.drugs) - 1

    # ---- places ------------------------------------------------------------------------------------------------------
    def land(self):
        """Districts, estates, outlets. About one pharmacy for 900 people and one doctor for 350."""
        r, o = self.r, self.o
        per_person = 23. * self.days / 365
        self.n_people = max(900, int(o.lines / per_person))
        codes = r.sample(sorted(PREFECTURES), 2)
        self.prefs, self.hoods, self.outlets, self.doctors = codes, [], [], []
        share = r.uniform(.72, .88)
        for k, pref in enumerate(codes):
            counties = [pref + c for c in PREFECTURES[pref].split()][:max(3, min(10, self.n_people // 1500))]
            weights = [r.lognormvariate(0, .6) for _ in counties]
            for c, w in zip(counties, weights):
                n = self.n_people * (share if k == 0 else 1 - share) * w / sum(weights)
                self.district(c, n, k, r.uniform(-25, 25), r.uniform(-25, 25) + 900 * k)
        for i, out in enumerate(self.outlets):
            out.idx = i
        self.pharm = [x for x in self.outlets if x.type == 'pharmacy']
        self.hosp = [x for x in self.outlets if x.type == 'hospital']
        self.centres = [x for x in self.outlets if x.type == 'clinic']
        self.near_cache = {}

    def outlet(self, kind, region, x, y, pull):
        r, out = self.r, Outlet()
        n = len(self.outlets)
        out.id = ('P' if kind == 'pharmacy' else 'H') + region + '%05d' % (r.randrange(90) * 1000 + n)
        if self.o.plain_ids:
            out.id = {'pharmacy': 'yd', 'hospital': 'yy', 'clinic': 'zs'}[kind] + '-%04d' % (3001 + n * 3)
        out.type, out.region, out.x, out.y, out.pull, out.doctors, out.size = kind, region, x, y, pull, [], 0
        out.open, out.close = (r.choice([8, 8, 7.5, 8.5]), r.choice([20.5, 21, 21.5, 22])) if kind == 'pharmacy' else (8, 17)
        out.sunday = kind != 'clinic' or r.random() < .4
        out.dear = r.uniform(.9, 1.16)
        out.clock = 'exact'
        self.outlets.append(out)
        return out

    def doctor(self, out, dept):
        d = Doctor()
        d.idx, d.outlet, d.dept, d.fame, d.steer = len(self.doctors), out, dept, self.r.lognormvariate(0, .8), None
        d.id = 'D' + out.region + '%06d' % (self.r.randrange(10 ** 3) * 1000 + len(self.doctors) % 1000)
        if self.o.plain_ids:
            d.id = 'dr%05d' % (len(self.doctors) * 17 % 99991)
        self.doctors.append(d)
        out.doctors.append(d)
        return d

    def district(self, county, people, pref, cx, cy):
        r = self.r
        rural = r.random() < .35
        spread = r.uniform(6, 14) if rural else r.uniform(2, 5)
        n_hoods = max(2, int(people / r.uniform(250, 600)))
        hoods = [(cx + r.gauss(0, spread), cy + r.gauss(0, spread), county, pref) for _ in range(n_hoods)]
        self.hoods += [(h, r.lognormvariate(0, .5) * people) for h in hoods]
        for _ in range(max(2, round(people / 900))):
            h = r.choice(hoods)
            self.outlet('pharmacy', county, h[0] + r.gauss(0, .4), h[1] + r.gauss(0, .4), r.paretovariate(1.4))
        for k in range(1 + int(people > 4000)):
            big = self.outlet('hospital', county, cx + r.gauss(0, 1), cy + r.gauss(0, 1), r.paretovariate(1.2) * (3 if k == 0 else 1))
            depts = sorted({c[2] for c in CONDITIONS.values()} | {a[3] for a in ACUTE.values()} | {'中医科'})
            for dept in depts:
                for _ in range(r.choice([1, 1, 2]) if people < 2500 else r.choice([1, 2, 3, 4])):
                    self.doctor(big, dept)
            for _ in range(r.choice([1, 1, 2, 3])):
                self.outlet('pharmacy', county, big.x + r.gauss(0, .12), big.y + r.gauss(0, .12), r.paretovariate(1.3) + 1)
        for _ in range(max(1, round(people / 1600))):
            h = r.choice(hoods)
            c = self.outlet('clinic', county, h[0], h[1], r.paretovariate(1.5))
            for _ in range(r.choice([1, 2, 2, 3, 4])):
                self.doctor(c, '全科')
            if rural and r.random() < .5:   # a township centre with the only pharmacy of the place at its door
                self.outlet('pharmacy', county, h[0] + .05, h[1] + .03, 3)

    def nearest(self, pool_name, x, y, k, power=1.6):
        """k outlets drawn by pull over distance, from one spot always from the same 25 nearest."""
        key = (pool_name, round(x, 1), round(y, 1))
        if key not in self.near_cache:
            pool = {'pharm': self.pharm, 'hosp': self.hosp, 'centre': self.centres}[pool_name]
            near = sorted(pool, key=lambda p: (p.x - x) ** 2 + (p.y - y) ** 2)[:25]
            self.near_cache[key] = near, [p.pull / (.3 + math.hypot(p.x - x, p.y - y)) ** power for p in near]
        near, w = self.near_cache[key]
        out = []
        for p in self.r.choices(near, w, k=4 * k):
            if p not in out:
                out.append(p)
        return out[:k]

    # ---- people ------------------------------------------------------------------------------------------------------
    def person(self, age, house, hood, region=None):
        r, p = self.r, Person()
        p.idx, p.age, p.male, p.house, p.home = len(self.people), age, r.random() < .5, house, hood
        p.x, p.y, p.region = hood[0], hood[1], region or hood[2]
        n = p.idx
        p.id = ('%s%019d' % (p.region[:4], (n * 7919 + 13) * 10 ** 9 + r.randrange(10 ** 9))) if not self.o.plain_ids else 'C' + format(
            (n * 2654435761 + 97) % 2 ** 34 + 2 ** 34, 'x').upper()
        p.ill, p.docs, p.proxied = r.lognormvariate(-.2, .6), {}, None
        p.work = None
        p.regimen = self.conditions(p)
        p.rhythm = r.choice([28, 30, 30, 31, 14, 60, 84]) + r.uniform(-1, 1)
        p.channel = r.choices(['hospital', 'centre', 'pharmacy', 'mixed'], [25, 25, 30, 20])[0]
        self.people.append(p)
        return p

    def conditions(self, p):
        r, out = self.r, []
        for name, row in CONDITIONS.items():
            t = max(0., min(1.2, (p.age - 45) / 30))
            chance = row[0] + (row[1] - row[0]) * t if p.age >= 45 else row[0] * max(0, (p.age - 20)) / 25 * .7
            if name == 'bph' and not p.male:
                continue
            if r.random() < chance:
                for group in r.sample(self.by_condition[name], 1 if name == 'cancer' or r.random() < .6 else 2):
                    drug = r.choice(group)
                    out.append((drug, name, max(1, round(p_boxes(self.drugs[drug].days)))))
        return out

    def settle_people(self):
        r = self.r
        self.people, self.houses = [], []
        hoods, w = [h for h, _ in self.hoods], [w for _, w in self.hoods]
        while len(self.people) < self.n_people:
            hood = r.choices(hoods, w)[0]
            size = r.choices([1, 2, 3, 4, 5], [22, 34, 25, 12, 7])[0]
            base = r.choices([26, 38, 52, 66, 77], [18, 26, 24, 21, 11])[0]
            spot = (hood[0] + r.gauss(0, .15), hood[1] + r.gauss(0, .15), hood[2], hood[3])
            migrant = r.choice(ELSEWHERE) if r.random() < .07 else None
            house = []
            for k in range(size):
                age = (base + r.gauss(0, 5), base + r.gauss(-1, 5), base - r.uniform(22, 31), base - r.uniform(24, 34), base + r.uniform(20, 30))[k]
                house.append(self.person(int(max(1, min(96, age))), None, spot, migrant))
            self.house(house)
        for p in self.people:
            self.habits(p)

    def house(self, house):
        r = self.r
        n = len(self.houses)
        phone, address = '1%d%09d' % (r.choice([3, 5, 8]), r.randrange(10 ** 9)), '%s小区%d栋%d室' % (r.choice('阳光 金桂 和平 富民 翠湖'.split()), r.randrange(60), 101 + n)
        for p in house:
            p.house, p.address = house, address
            buyers = [q for q in house if q is not p and q.regimen and 18 < q.age < 75]
            if p.age > 68 and p.regimen and buyers and r.random() < .4:
                p.proxied = buyers[0]   # buys for this relative whenever buying for himself
            p.phone = phone if r.random() < .5 else '1%d%09d' % (r.choice([3, 5, 8]), r.randrange(10 ** 9))
        self.houses.append(house)

    def habits(self, p):
        r = self.r
        lead = p.house[0] if p.house else p
        p.favs = list(lead.favs) if lead is not p and hasattr(lead, 'favs') and r.random() < .65 else self.nearest('pharm', p.x, p.y, r.choice([1, 2, 2, 3]))
        p.centre = self.nearest('centre', p.x, p.y, 1, 2.5)[0]
        p.hosp = self.nearest('hosp', p.x, p.y, 2, 1.1)
        if 20 < p.age < 60 and r.random() < .7:
            h = r.choices([h for h, _ in self.hoods[:len(self.hoods)]], [w for _, w in self.hoods])[0]
            if h[3] == p.home[3]:
                p.work = self.nearest('pharm', h[0], h[1], 1)

    # ---- writing visits ----------------------------------------------------------------------------------------------
    def emit(self, t, p, out, doc, items, diag=''):
        """items: (drug, quantity[, trace]); t in seconds since day0."""
        if 0 <= t < self.days * DAY:
            self.visits.append([int(t), p, out, doc, items, diag])

    def hour(self, p, out, d):
        """A time of day at which this person would be at this outlet."""
        r = self.r
        if out.type == 'pharmacy':
            if p.age >= 60:
                h = r.choice([r.gauss(9.4, 1), r.gauss(9.8, 1.3), r.gauss(15.8, 1.5), r.gauss(18.6, 1)])
            elif self.weekday[d] < 5:
                h = r.choice([r.gauss(12.4, .7), r.gauss(18.6, 1.1), r.gauss(19.5, 1.1), r.uniform(8, 21)])
            else:
                h = r.choice([r.gauss(10.8, 1.5), r.gauss(16, 2), r.gauss(19, 1.2)])
        else:
            h = r.choice([r.gauss(9.3, .8), r.gauss(10.2, .9), r.gauss(15, .9)])
        return max(out.open + .02, min(out.close - .02, h))

    def at(self, p, out, d):
        return d * DAY + self.hour(p, out, d) * 3600

    def doc_of(self, p, out, dept):
        """The habitual doctor of a person in a department, now and then another."""
        r, key = self.r, (out.idx, dept)
        pool = [d for d in out.doctors if d.dept == dept] or out.doctors
        if key not in p.docs or r.random() < .22:
            d = r.choices(pool, [x.fame for x in pool])[0]
            p.docs.setdefault(key, d)
            return d
        return p.docs[key]

    def door(self, out):
        key = ('door', out.idx)
        if key not in self.near_cache:
            self.near_cache[key] = [x for x in self.pharm if x.region == out.region and math.hypot(x.x - out.x, x.y - out.y) < .45]
        return self.near_cache[key]

    def fill_outside(self, t, p, out, doc, items, diag):
        """A prescription written here and filled at a pharmacy within the day."""
        r = self.r
        doors = self.door(out)
        if doc.steer and r.random() < doc.steer[1]:
            shop = doc.steer[0]
        elif doors and r.random() < .55:
            shop = r.choices(doors, [x.pull for x in doors])[0]
        else:
            shop = r.choice(p.favs)
        later = r.uniform(12, 50) * 60 if shop in doors else r.uniform(.6, 5) * 3600
        self.emit(t + later, p, shop, doc, items, diag)

    def medical_visit(self, d, p, out, dept, items, diag, out_share=.22):
        r = self.r
        doc = self.doc_of(p, out, dept)
        t = self.at(p, out, d)
        extra = [(self.service['门诊诊察费'], 1)]
        if out.type == 'hospital' and r.random() < .45:
            extra.append((self.service[r.choice(['血常规', '尿常规', '生化全套', '心电图', '彩色B超', '胸部CT'])], 1))
        share = max(out_share, .6) if doc.steer else out_share
        if items and r.random() < share:
            self.emit(t, p, out, doc, extra, diag)
            self.fill_outside(t, p, out, doc, items, diag)
        else:
            self.emit(t, p, out, doc, extra + items, diag)

    # ---- ordinary life -----------------------------------------------------------------------------------------------
    def live(self):
        self.mark_doors_and_steering()
        for p in self.people:
            self.refills(p)
            self.acute(p)
        self.innocents()
        if self.o.style != 'free':
            Rings(self).plant()

    def workable(self, d, out):
        """The next day on which the outlet is open."""
        while d < self.days and ((self.weekday[d] == 6 and not out.sunday) or (out.type != 'pharmacy' and (
                self.weekday[d] == 6 or d in self.holiday) and self.r.random() < .8)):
            d += 1
        return d

    def refills(self, p):
        r = self.r
        if not p.regimen or p.proxied:
            return
        d = r.uniform(0, p.rhythm)
        months = p.rhythm / 30
        while d < self.days:
            items = [(drug, max(1, round(n * months))) for drug, _, n in p.regimen if r.random() < .9]
            name = p.regimen[0][1]
            if items:
                where = p.channel if p.channel != 'mixed' else r.choice(['hospital', 'centre', 'pharmacy'])
                if p.age > 80 and where != 'pharmacy' and r.random() < .5:
                    where = 'pharmacy'
                self.refill(int(d), p, where, items, name)
            d += max(5, r.gauss(p.rhythm, .12 * p.rhythm))

    def refill(self, d, p, where, items, name):
        r, row = self.r, CONDITIONS[name]
        if where == 'hospital':
            out = p.hosp[0] if r.random() < .85 else p.hosp[-1]
            d = self.workable(d, out)
            if d < self.days:
                self.medical_visit(d, p, out, row[2], items, row[3], .6 if name == 'cancer' else .22)
        elif where == 'centre':
            d = self.workable(d, p.centre)
            if d < self.days:
                self.medical_visit(d, p, p.centre, '全科', items, row[3], .12)
        else:
            out = p.favs[0] if r.random() < .75 else r.choice(p.favs)
            t = self.at(p, out, d)
            if len(p.favs) > 1 and r.random() < .01:   # the first shop had but half of it
                items = [(x, max(1, n // 2)) for x, n in items]
                self.emit(t + r.uniform(10, 60) * 60, p, p.favs[1] if out is p.favs[0] else p.favs[0], None, items, '')
            self.emit(t, p, out, None, items, row[3] if r.random() < .6 else '')
            self.companions(t, p, out)

    def companions(self, t, p, out, refill=True):
        """Who came along, and for whom something is bought too."""
        r = self.r
        for q in p.house or ():
            if refill and q.proxied is p:
                self.emit(t + r.uniform(20, 120), q, out, None, [(dr, max(1, round(n * p.rhythm / 30))) for dr, _, n in q.regimen], CONDITIONS[q.regimen[0][1]][3])
            elif q is not p and r.random() < .1:
                self.emit(t + r.uniform(20, 260), q, out, None, self.otc_basket(q, int(t // DAY))[1], '')

    def otc_basket(self, p, d):
        r = self.r
        kinds, w = [], []
        for name, row in ACUTE.items():
            kinds.append(name)
            child = row[2] if p.age < 15 else 1
            w.append(row[0] * (1 + (row[1] - 1) * self.winter[min(d, self.days)]) * child * (0 if name == 'women' and (p.male or p.age < 15) else 1))
        name = r.choices(kinds, w)[0]
        items = [(x, r.choices([1, 2, 3], [80, 17, 3])[0]) for x in r.sample(self.by_acute[name], min(len(self.by_acute[name]), r.choice([1, 1, 2, 2, 3])))]
        return name, items

    def acute(self, p):
        """Illness comes with the season; some treat it at the pharmacy, some see a doctor, some do both."""
        r = self.r
        rate = 4.2 * p.ill * (1.5 if p.age < 8 or p.age > 65 else 1) / 365
        d = r.expovariate(rate)
        while d < self.days:
            day = int(d)
            if r.random() < .55 + .45 * self.winter[day]:
                name, items = self.otc_basket(p, day)
                self.acute_visit(day, p, name, items)
            d += r.expovariate(rate)

    def acute_visit(self, day, p, name, items):
        r = self.r
        way = r.random()
        if way < .62:
            out = p.work[0] if p.work and self.weekday[day] < 5 and r.random() < .45 else r.choice(p.favs)
            if r.random() < .06:
                out = self.nearest('pharm', p.x + r.gauss(0, 4), p.y + r.gauss(0, 4), 1)[0]
            t = self.at(p, out, day)
            self.emit(t, p, out, None, items, '')
            self.companions(t, p, out, False)
        else:
            out = p.centre if way < .8 else p.hosp[0]
            day = self.workable(day, out)
            if day < self.days:
                self.medical_visit(day, p, out, ACUTE[name][3] if out.type == 'hospital' else '全科', items, ACUTE[name][4])

    # ---- innocent groups ---------------------------------------------------------------------------------------------
    def label(self, kind, people=(), others=()):
        """people: persons; others: (type, id)."""
        gid = 'G%04d' % (len({g[0] for g in self.innocent}) + 1)
        for p in people:
            self.innocent.append((gid, kind, 'person', p.id))
        for kind_, id_ in others:
            self.innocent.append((gid, kind, kind_, id_))

    def some(self, n, want=lambda p: True):
        """n people who are in no ring and no innocent group, at random."""
        out, tries = [], 0
        while len(out) < n and tries < 60 * n + 20000:
            tries += 1
            p = self.r.choice(self.people)
            if p.idx not in self.used and want(p):
                self.used.add(p.idx)
                out.append(p)
        return out

    def near(self, spot, n, want=lambda p: True, km=4):
        out = self.some(n, lambda p: want(p) and math.hypot(p.x - spot.x, p.y - spot.y) < km)
        return out if len(out) >= max(3, n // 2) else out + self.some(n - len(out), lambda p: want(p) and p.home[3] == (spot.y > 450))

    def scale(self, per, low, high):
        """How many groups of a kind a city of this size has."""
        return max(low, min(high, round(self.n_people / per)))

    def strangers(self, n, regions):
        """People insured and living outside what these claims cover."""
        r, out = self.r, []
        hood = r.choice(self.hoods)[0]
        for _ in range(n):
            p = self.person(r.randrange(35, 80), None, hood, r.choice(regions))
            p.address, p.phone, p.favs, p.centre, p.hosp, p.work, p.house = '外地%d' % p.idx, '', [], None, [], None, [p]
            self.used.add(p.idx)
            out.append(p)
        return out

    def innocents(self):
        Innocents(self).all()

    def mark_doors_and_steering(self):
        """Honest places with one pharmacy for all: told as innocent. Steering is planted before anybody falls ill."""
        self.steered = Steering(self).plant() if self.o.style != 'free' else []
        for out in self.centres + self.hosp:
            doors, honest = self.door(out), [d for d in out.doctors if not d.steer]
            if len(doors) == 1 and honest:
                self.label('hospital_door', (), [('institution', doors[0].id)] + [('doctor', d.id) for d in honest])


def p_boxes(days):
    return 30 / days


class Innocents:
    """Groups that move together for honest reasons. None of them may be told as a ring."""

    def __init__(self, city):
        self.c, self.r = city, city.r

    def all(self):
        c = self.c
        n = c.scale
        self.passers()
        for _ in range(n(20000, 1, 3)):
            self.stuck_scanner()
        for make, k in ((self.care_home, n(9000, 1, 6)), (self.dialysis, n(14000, 1, 5)), (self.health_day, n(9000, 1, 6)),
                        (self.factory_clinic, n(12000, 1, 4)), (self.promotion, n(10000, 1, 5)), (self.night_batch, n(16000, 1, 3)),
                        (self.chain_clock, n(16000, 1, 3)), (self.hometown, n(7000, 1, 8)), (self.club, n(7000, 1, 7)),
                        (self.village_day, n(9000, 1, 5)), (self.canteen, n(9000, 1, 5)), (self.pension_day, n(9000, 1, 5)),
                        (self.roommates, n(4000, 2, 12)), (self.staff, n(5000, 1, 8)), (self.vaccination, n(12000, 1, 4)),
                        (self.chronic_class, n(9000, 1, 5)), (self.campus, n(16000, 1, 3)), (self.winter_birds, n(12000, 1, 4)),
                        (self.famous_doctor, n(16000, 1, 3)), (self.daily_dose, n(16000, 1, 2)), (self.split_boxes, n(14000, 1, 3)),
                        (self.tourists, n(16000, 1, 3)), (self.referrals, n(16000, 1, 3)), (self.couples, n(2500, 2, 20)), (self.shared_account, n(9000, 1, 5)), (self.grandparents, n(5000, 1, 8))):
            for _ in range(k):
                make()

    def own(self, p):
        """What this person takes anyway, else something for the day."""
        return [(d, n) for d, _, n in p.regimen] or self.c.otc_basket(p, self.r.randrange(self.c.days))[1]

    def silence(self, group, keep):
        """Their former ordinary visits, thinned: residents do not shop around."""
        ids = {p.idx for p in group}
        self.c.visits = [v for v in self.c.visits if v[1].idx not in ids or self.r.random() < keep]

    def hand_over(self, group):
        """The regimens of these people are filled by the group from now on: their own refills go."""
        ids = {p.idx: {x for x, _, _ in p.regimen} for p in group}
        self.c.visits = [v for v in self.c.visits if v[1].idx not in ids or not any(i[0] in ids[v[1].idx] for i in v[4])]

    def care_home(self):
        c, r = self.c, self.r
        centre = r.choice(c.centres)
        group = c.near(centre, r.randrange(18, 60), lambda p: p.age > 72)
        if len(group) < 8:
            return
        self.silence(group, .08)
        shop, doc, d = c.nearest('pharm', centre.x, centre.y, 1, 4)[0], r.choice(centre.doctors), r.randrange(25)
        while d < c.days:
            t = d * DAY + r.uniform(9, 10.5) * 3600
            for p in group:
                if r.random() < .93:
                    t += r.uniform(40, 150)
                    c.emit(t, p, shop if r.random() < .8 else centre, doc, self.own(p), 'I10.x00')
            d += r.choice([28, 28, 27, 29, 30])
        c.label('care_home', group)

    def dialysis(self):
        c, r = self.c, self.r
        hosp = r.choice(c.hosp)
        docs = [d for d in hosp.doctors if d.dept == '肾内科']
        for days in ((0, 2, 4), (1, 3, 5)):
            for start in r.sample([7.0, 12.2, 17.0], 2):
                group = c.near(hosp, r.randrange(6, 16), lambda p: p.age > 35, 15)
                for d in range(c.days):
                    if c.weekday[d] in days:
                        for p in group:
                            if r.random() < .97:
                                items = [(c.service['血液透析'], 1)] + ([(c.service['促红素注射'], 1)] if r.random() < .4 else [])
                                c.emit(d * DAY + (start + r.uniform(0, .6)) * 3600, p, hosp, r.choice(docs), items, 'N18.000')
                c.label('dialysis', group)

    def health_day(self):
        c, r = self.c, self.r
        place = r.choice(c.centres + c.hosp)
        group = c.near(place, r.randrange(25, 120), lambda p: 22 < p.age < 62, 9)
        for d in [r.randrange(c.days) for _ in range(r.choice([1, 2, 2]))]:
            t = d * DAY + 8 * 3600
            for p in group:
                t += r.expovariate(1 / 70.)
                if r.random() < .92:
                    c.emit(t, p, place, r.choice(place.doctors[:3]), [(c.service[s], 1) for s in ('健康体检', '血常规', '生化全套', '心电图') if r.random() < .95], 'Z00.000')
        c.label('health_day', group)

    def factory_clinic(self):
        """A works doctor: everybody of the shift, small ailments, one place, before the shift and at noon."""
        c, r = self.c, self.r
        place = r.choice(c.centres)
        group = c.near(place, r.randrange(40, 110), lambda p: 20 < p.age < 58, 12)
        for p in group:
            for _ in range(r.randrange(2, 9)):
                d = r.randrange(c.days)
                t = d * DAY + (r.choice([7.6, 12.1, 19.6]) + r.uniform(0, .5)) * 3600
                c.emit(t, p, place, place.doctors[0], c.otc_basket(p, d)[1], 'J00.x00')
        c.label('factory_clinic', group)

    def promotion(self):
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        offers = r.sample(c.pricey, 2) + r.sample(c.by_acute['tonic'], 3)
        days = [r.randrange(c.days)] + ([r.randrange(c.days)] if r.random() < .5 else [])
        group = c.near(shop, r.randrange(50, 160), lambda p: p.age > 30, 6)
        for d in days:
            for p in group:
                if r.random() < .75:
                    c.emit(d * DAY + min(20.8, max(8.1, r.gauss(10, 2))) * 3600, p, shop, None, [(x, r.choice([1, 2])) for x in r.sample(offers, r.choice([1, 1, 2]))])
        c.label('promotion_day', group)

    def night_batch(self):
        r = self.r
        r.choice(self.c.centres + self.c.hosp).clock = r.choice(['night', 'night-one', 'noon-night'])

    def chain_clock(self):
        """A chain whose tills send every tenth minute, all shops at once."""
        for shop in self.r.sample(self.c.pharm, min(len(self.c.pharm), self.r.randrange(3, 8))):
            shop.clock = 'ten'

    def hometown(self):
        """Migrants of one county who live, work and buy in one quarter."""
        c, r = self.c, self.r
        shop, region = r.choice(c.pharm), r.choice(ELSEWHERE)
        group = c.near(shop, r.randrange(15, 50), lambda p: 20 < p.age < 62 and p.region == p.home[2], 5)
        for p in group:
            p.region = region
            p.favs = [shop] + p.favs[:1]
            for _ in range(r.randrange(3, 10)):
                d = r.randrange(c.days)
                c.emit(d * DAY + r.uniform(18.5, 20.8) * 3600, p, shop, None, c.otc_basket(p, d)[1])
        c.label('migrants', group)

    def club(self):
        """People who dance or play ball together and drop in at the pharmacy afterwards, some of them each time."""
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        group = c.near(shop, r.randrange(6, 16), lambda p: 40 < p.age < 76)
        evening, hour = r.sample(range(7), 2), r.choice([8.6, 19.6, 20.1])
        for d in range(c.days):
            if c.weekday[d] in evening and r.random() < .6:
                t = d * DAY + (hour + r.uniform(0, .3)) * 3600
                for p in group:
                    if r.random() < .14:
                        t += r.uniform(30, 200)
                        items = [(r.choice(c.by_acute['pain']), 1)] if r.random() < .5 else c.otc_basket(p, d)[1]
                        c.emit(t, p, shop, None, items)
        c.label('sports_club', group)

    def village_day(self):
        """The doctor comes to the village every second week; whoever is ill or runs out of tablets queues up."""
        c, r = self.c, self.r
        centre = r.choice(c.centres)
        group, wd = c.near(centre, r.randrange(20, 45), lambda p: p.age > 45, 10), r.randrange(5)
        self.hand_over(group)
        for d in range(r.randrange(7), c.days):
            if c.weekday[d] == wd and (d // 7) % 2 == 0:
                t = d * DAY + 9 * 3600
                for p in group:
                    if r.random() < (.45 if p.regimen else .15):
                        t += r.uniform(60, 400)
                        c.emit(t, p, centre, centre.doctors[0], [(c.service['门诊诊察费'], 1)] + self.own(p), 'I10.x00')
        c.label('village_day', group)

    def canteen(self):
        """Colleagues pass the pharmacy next to the canteen after lunch, one or two at a time."""
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        group = c.near(shop, r.randrange(15, 40), lambda p: 22 < p.age < 60 and p.work, 20)
        for d in range(c.days):
            if c.weekday[d] < 5 and r.random() < .3:
                t = d * DAY + r.uniform(12.1, 12.6) * 3600
                for p in r.sample(group, min(len(group), r.choice([1, 2, 2, 3]))):
                    t += r.uniform(20, 240)
                    c.emit(t, p, shop, None, c.otc_basket(p, d)[1])
        c.label('canteen', group)

    def pension_day(self):
        c, r = self.c, self.r
        shop, md = r.choice(c.pharm), r.choice([5, 10, 15, 20])
        group = c.near(shop, r.randrange(30, 80), lambda p: p.age >= 60, 5)
        self.hand_over(group)
        for d in range(c.days):
            if c.month_day[d] == md:
                for p in group:
                    if r.random() < (.85 if p.regimen else .3):
                        c.emit(d * DAY + r.uniform(8.2, 11) * 3600, p, shop, None, self.own(p))
        c.label('pension_day', group)

    def roommates(self):
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        group, region = c.near(shop, r.randrange(3, 7), lambda p: 18 < p.age < 32, 9), r.choice(ELSEWHERE)
        for p in group:
            p.region = region if r.random() < .5 else p.region
        for _ in range(r.randrange(5, 16)):
            d = r.randrange(c.days)
            t = d * DAY + r.uniform(18, 21) * 3600
            for p in r.sample(group, r.choice([2, 2, 3]) if len(group) >= 3 else len(group)):
                t += r.uniform(20, 150)
                c.emit(t, p, shop, None, c.otc_basket(p, d)[1])
        c.label('roommates', group)

    def staff(self):
        """Employees who buy at their own till, at the end of a shift, on several days a month."""
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        group = c.near(shop, r.randrange(3, 7), lambda p: 20 < p.age < 55, 12)
        for d in range(c.days):
            if r.random() < .12:
                t = d * DAY + (shop.close - r.uniform(.1, .5)) * 3600
                for p in r.sample(group, min(len(group), r.choice([1, 1, 2, 3]))):
                    t += r.uniform(30, 160)
                    c.emit(t, p, shop, None, c.otc_basket(r.choice(p.house or [p]), d)[1])
        c.label('pharmacy_staff', group, [('institution', shop.id)])

    def vaccination(self):
        c, r = self.c, self.r
        centre, d0 = r.choice(c.centres), r.randrange(max(1, c.days - 40))
        group = c.near(centre, r.randrange(60, 200), lambda p: p.age < 8 or p.age > 60, 9)
        for dose in (0, 28):
            for p in group:
                d = c.workable(d0 + dose + r.randrange(5), centre)
                if r.random() < .9 and d < c.days:
                    c.emit(d * DAY + r.uniform(8.2, 11.4) * 3600, p, centre, centre.doctors[0], [(c.service['门诊诊察费'], 1)], 'Z25.100')
        c.label('vaccination', group)

    def chronic_class(self):
        """Diabetics or hypertensives of a health centre's monthly class: same morning, same drugs, right diagnosis, right dose."""
        c, r = self.c, self.r
        centre, name = r.choice(c.centres), r.choice(['dm', 'bp', 'copd'])
        group = c.near(centre, r.randrange(12, 32), lambda p: p.age > 48, 9)
        stock = [r.choice(g) for g in c.by_condition[name][:4]]
        for p in group:
            p.regimen = [(x, name, max(1, round(p_boxes(c.drugs[x].days)))) for x in r.sample(stock, r.choice([1, 2]))]
        self.hand_over(group)
        self.silence(group, .6)
        first, wd = r.randrange(28), r.randrange(5)
        for d in range(first, c.days):
            if c.weekday[d] == wd and c.month_day[d] <= 7:
                t = d * DAY + 8.5 * 3600
                for p in group:
                    if r.random() < .8:
                        t += r.uniform(60, 260)
                        c.emit(t, p, centre, r.choice(centre.doctors[:2]), self.own(p), CONDITIONS[name][3])
        c.label('chronic_class', group)

    def campus(self):
        c, r = self.c, self.r
        centre = r.choice(c.centres)
        group = c.near(centre, r.randrange(60, 160), lambda p: 17 < p.age < 34, 25)
        shop = c.nearest('pharm', centre.x, centre.y, 1)[0]
        for p in group:
            p.region = r.choice(ELSEWHERE) if r.random() < .6 else p.region
            for _ in range(r.randrange(1, 6)):
                d = r.randrange(c.days)
                out = centre if r.random() < .6 else shop
                c.emit(c.at(p, out, d), p, out, out.doctors[0] if out.doctors else None, c.otc_basket(p, d)[1], 'J00.x00' if out.doctors else '')
        c.label('campus', group)

    def winter_birds(self):
        """Pensioners of one cold town who spend some months here in one estate: one centre, one pharmacy, monthly tablets."""
        c, r = self.c, self.r
        centre = r.choice(c.centres)
        group, region = c.near(centre, r.randrange(12, 36), lambda p: p.age > 58, 12), r.choice(['230103', '220182', '210102', '152104'])
        self.silence(group, 0)
        shop, d0, stay = c.nearest('pharm', centre.x, centre.y, 1)[0], r.randrange(max(1, c.days - 130)), r.randrange(70, 125)
        for p in group:
            p.region = region
            d = d0 + r.randrange(20)
            while d < d0 + stay:
                out = shop if r.random() < .6 else centre
                c.emit(c.at(p, out, min(d, c.days - 1)), p, out, r.choice(centre.doctors) if out is centre or r.random() < .4 else None, self.own(p), 'I10.x00')
                d += r.randrange(14, 32)
        c.label('winter_birds', group)

    def famous_doctor(self):
        """A doctor people travel to from several provinces, once or twice each."""
        c, r = self.c, self.r
        doc = r.choice([d for d in c.doctors if d.dept in ('肿瘤科', '神经内科', '皮肤科', '风湿免疫科')])
        group = c.some(r.randrange(25, 70), lambda p: p.age > 25 and p.region[:4] == c.prefs[1 - int(doc.outlet.y > 450)] or r.random() < .01)
        for p in group:
            if p.home[3] == int(doc.outlet.y > 450):
                p.region = r.choice(ELSEWHERE)
                self.silence([p], 0)
            for _ in range(r.choice([1, 1, 2, 3])):
                d = c.workable(r.randrange(c.days), doc.outlet)
                if d < c.days:
                    c.emit(c.at(p, doc.outlet, d), p, doc.outlet, doc, [(c.service['门诊诊察费'], 1), (c.service['胸部CT'], 1)], 'C34.900')
        c.label('famous_doctor', group)

    def daily_dose(self):
        """Observed daily doses (tuberculosis, methadone): the same people at one centre every weekday for months."""
        c, r = self.c, self.r
        centre = r.choice(c.centres)
        group, d0 = c.near(centre, r.randrange(8, 20), lambda p: 22 < p.age < 66, 15), r.randrange(max(1, c.days - 100))
        for d in range(d0, min(c.days, d0 + 95)):
            if c.weekday[d] < 6:
                for p in group:
                    if r.random() < .9:
                        c.emit(d * DAY + r.uniform(7.6, 9.2) * 3600, p, centre, centre.doctors[0], [(c.service['美沙酮口服液'], 1)], 'F11.200')
        c.label('daily_dose', group)

    def split_boxes(self):
        """A ward or a village clinic opens a box for two to four patients: one trace code, several people, one place, two days."""
        c, r = self.c, self.r
        centre = r.choice(c.centres)
        group = c.near(centre, r.randrange(8, 20), km=10)
        for _ in range(r.randrange(10, 30)):
            d, code = r.randrange(c.days), c.code()
            drug = r.choice(c.by_acute['cough'])
            for p in r.sample(group, min(len(group), r.choice([2, 3, 4]))):
                c.emit(d * DAY + r.uniform(8.2, 16.8) * 3600, p, centre, centre.doctors[0], [(drug, .5, code)], 'J20.900')
        c.label('split_boxes', group)

    def tourists(self):
        """Guests of the season who take home the dear product the town is known for: once each, at the shop on the square."""
        c, r = self.c, self.r
        shop, goods, d0 = max(r.sample(c.pharm, 5), key=lambda s: s.pull), r.choice(c.pricey), r.randrange(max(1, c.days - 60))
        group = c.strangers(r.randrange(30, 90), ELSEWHERE)
        for p in group:
            d = d0 + r.randrange(60)
            for _ in range(r.choice([1, 1, 1, 1, 2])):
                c.emit(d * DAY + r.uniform(9.5, 20.5) * 3600, p, shop, None, [(goods, r.choice([1, 1, 2]))] if r.random() < .7 else c.otc_basket(p, 0)[1])
        c.label('tourists', group)

    def referrals(self):
        """Patients a far county hospital refers to the partner hospital here: stays at many departments, each with its own illness."""
        c, r = self.c, self.r
        hosp, county = r.choice(c.hosp), r.choice(ELSEWHERE)
        group = c.strangers(r.randrange(10, 30), [county])
        for p in group:
            d, doc, name = r.randrange(c.days), r.choice(hosp.doctors), r.choice(list(CONDITIONS))
            for k in range(r.randrange(3, 11)):
                tests = r.sample(['血常规', '生化全套', '心电图', '彩色B超', '胸部CT', '静脉输液'], r.choice([1, 2, 3]))
                c.emit((d + k) * DAY + r.uniform(8, 11) * 3600, p, hosp, doc, [(c.service['床位费'], 1)] + [(c.service[x], 1) for x in tests] +
                       [(r.choice(r.choice(c.by_condition[name])), 1)], CONDITIONS[name][3])
        c.label('referrals', group)

    def passers(self):
        """Travellers with a cold, all over town, most near the big places: no group, but nobody of theirs lives here."""
        c, r = self.c, self.r
        for p in c.strangers(len(c.people) // 120, ELSEWHERE):
            shop = r.choices(c.pharm, [s.pull for s in c.pharm])[0]
            for _ in range(r.choice([1, 1, 2])):
                d = r.randrange(c.days)
                c.emit(c.at(p, shop, d), p, shop, None, c.otc_basket(p, d)[1])

    def stuck_scanner(self):
        """A scanner that now and then sends the last box's code once more, with the next customer's."""
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        near = [p for p in c.people if shop in p.favs]
        for _ in range(r.randrange(4, 13) if len(near) > 20 else 0):
            d, code, drug = r.randrange(c.days), c.code(), r.choice(c.by_acute['cold'])
            t = d * DAY + r.uniform(9, 20) * 3600
            for p in r.sample(near, 2):
                c.emit(t, p, shop, None, [(drug, 1, code)])
                t += r.uniform(30, 200)

    def couples(self):
        c, r = self.c, self.r
        first = c.some(1, lambda p: p.age > 55 and p.house and len(p.house) == 2)
        if not first:
            return
        pair = first[0].house
        shops, d = first[0].favs[:2], r.randrange(15)
        self.hand_over(pair)
        while d < c.days:
            shop = r.choice(shops)
            t = c.at(pair[0], shop, d)
            for p in pair:
                t += r.uniform(10, 90)
                c.emit(t, p, shop, None, self.own(p))
            d += r.randrange(25, 33)
        c.label('couple', pair)

    def shared_account(self):
        """An account a family may share: the son pays with it in another town. Two people's life on one card, lawful."""
        c, r = self.c, self.r
        pair = c.some(1, lambda p: p.age > 60)
        there = r.choice([s for s in c.pharm if (s.y > 450) != (pair[0].y > 450)]) if pair else None
        for p in pair:
            for _ in range(r.randrange(3, 9)):
                d = r.randrange(c.days)
                c.emit(d * DAY + r.uniform(18, 20.5) * 3600, p, there, None, c.otc_basket(p, d)[1])
        c.label('shared_account', pair)

    def grandparents(self):
        """A daughter buys every month for her parents and an aunt, in one go, on a Saturday."""
        c, r = self.c, self.r
        shop = r.choice(c.pharm)
        group = c.near(shop, r.randrange(3, 5), lambda p: p.age > 70 and p.regimen, 6)
        self.hand_over(group)
        for d in range(r.randrange(20), c.days, r.choice([28, 30, 35])):
            t = d * DAY + r.uniform(9, 19) * 3600
            for p in group:
                t += r.uniform(20, 60)
                c.emit(t, p, shop, None, self.own(p))
        c.label('proxy_purchase', group)


class Steering:
    """Doctor and outlet agree. The doctor sends prescriptions outside more often than colleagues do, and to one shop that is
    neither at the door nor near the patients. Planted before ordinary life, which then carries it."""

    def __init__(self, city):
        self.c, self.r = city, city.r

    def plant(self):
        c, r = self.c, self.r
        hard, out = c.o.style == 'hard', []
        busy = [d for d in c.doctors if d.outlet.type == 'hospital' and d.dept in ('心血管内科', '内分泌科', '神经内科', '呼吸内科')]
        near = {}
        for p in c.people:
            near[p.hosp[0].idx] = near.get(p.hosp[0].idx, 0) + len(p.regimen)
        busy.sort(key=lambda d: -near.get(d.outlet.idx, 0) * min(d.fame, 3))
        for k in range(c.scale(9000, 1, 4)):
            if k >= len(busy):
                break
            doc = busy[k * 2 % len(busy)]
            shops = [s for s in c.pharm if 1.5 < math.hypot(s.x - doc.outlet.x, s.y - doc.outlet.y) < 30 and s.pull < 2.5]
            if not shops or doc.steer:
                continue
            shop = r.choice(shops)
            docs = [doc]
            mates = [d for d in doc.outlet.doctors if d.dept == doc.dept and d is not doc]
            if mates and r.random() < .3:
                docs.append(mates[0])
            for d in docs:
                d.steer = (shop, r.uniform(.4, .6) if hard else r.uniform(.6, .92))
                d.fame = max(d.fame, 1.5) * 2
            out.append((docs, shop))
        return out


class Rings:
    """The other six patterns."""

    def __init__(self, city):
        self.c, self.r, self.hard = city, city.r, city.o.style == 'hard'

    def plant(self):
        c = self.c
        for docs, shop in c.steered:
            sent = [[v for v in c.visits if v[3] is d and v[2] is shop] for d in docs]
            if min(len({v[1].idx for v in x}) for x in sent) < 25:   # too few patients to tell: they go to their usual pharmacy
                for v in (v for x in sent for v in x):
                    v[2] = self.r.choice(v[1].favs)
                continue
            self.record('steering', 'one shop %d doctors' % len(docs), [], [('doctor', d.id) for d in docs] + [('institution', shop.id)])
        plan = [(self.batch_runner, c.scale(9000, 1, 4)), (self.batch_keeper, c.scale(14000, 1, 3)), (self.batch_monthend, c.scale(14000, 1, 3)),
                (self.resale_list, c.scale(12000, 1, 3)), (self.resale_rented, c.scale(20000, 1, 2)), (self.cross_bus, c.scale(20000, 1, 2)),
                (self.cross_remote, c.scale(20000, 1, 2)), (self.cross_stay, c.scale(25000, 1, 2)), (self.dup_regions, c.scale(20000, 1, 2)),
                (self.dup_town, c.scale(30000, 1, 2)), (self.travel_twin, c.scale(20000, 1, 2)), (self.travel_roam, c.scale(30000, 1, 2)),
                (self.trace_back, c.scale(20000, 1, 2)), (self.trace_scan, c.scale(25000, 1, 2))]
        for make, k in plan:
            for _ in range(k):
                make()

    def record(self, pattern, style, people, others=()):
        rid = 'K%03d' % (len({t[0] for t in self.c.truth}) + 1)
        for p in people:
            self.c.truth.append((rid, pattern, 'person', p.id, style))
        for kind, id_ in others:
            self.c.truth.append((rid, pattern, kind, id_, style))

    def members(self, n, want=lambda p: p.age > 25):
        """Ordinary people; some of their honest visits may stop, most go on."""
        group = self.c.some(n, want)
        keep = self.r.uniform(.6, 1)
        ids = {p.idx for p in group}
        self.c.visits = [v for v in self.c.visits if v[1].idx not in ids or self.r.random() < keep]
        return group

    def goods(self, n):
        """What sells again: tonics, dear tablets, insulin."""
        c = self.c
        dear = [d for name in ('dm', 'chd', 'stroke', 'kidney', 'copd', 'bp') for g in c.by_condition[name] for d in g if c.drugs[d].price > 35]
        return self.r.sample(c.pricey, min(len(c.pricey), n // 2)) + self.r.sample(dear, n - n // 2)

    def loot(self, p, goods, mixed):
        """One swipe's basket. mixed: the share of swipes made to look like the card holder's own shopping."""
        r = self.r
        if r.random() < mixed:
            own = [(d, n) for d, _, n in p.regimen[:2]] or self.c.otc_basket(p, 0)[1]
            return own + ([(r.choice(goods), 1)] if r.random() < .5 else [])
        return [(x, r.choice([1, 2] if self.hard else [1, 2, 2, 3])) for x in r.sample(goods, r.choice([1, 2, 2, 3]))]

    def shops(self, n, spread=False):
        c, r = self.c, self.r
        side = [s for s in c.pharm if s.y < 450]
        if spread:
            return r.sample(side, min(n, len(side)))
        spot = r.choice(side)
        return c.nearest('pharm', spot.x, spot.y, n, .8)

    def batch_runner(self):
        """A runner with a bundle of cards: one evening, two shops, again some weeks later; each time a part of the cards."""
        c, r = self.c, self.r
        n = r.randrange(8, 22) if self.hard else r.randrange(8, 60)
        group = self.members(n)
        shops, goods = self.shops(r.choice([2, 3, 4]), r.random() < .5), self.goods(r.randrange(5, 10))
        for _ in range(r.randrange(5, 8) if self.hard else r.randrange(6, 16)):
            d = r.randrange(c.days)
            today = r.sample(shops, min(2, len(shops)))
            at = [d * DAY + r.uniform(17.5, 19.2) * 3600] * 2
            share = r.uniform(.6, .85) if self.hard else r.uniform(.6, 1)
            for p in r.sample(group, max(2, round(share * len(group)))):
                k = r.randrange(2) if len(today) > 1 else 0
                at[k] = at[k] + r.uniform(150, 1500 if len(group) < 14 else 700) if self.hard else at[k] + r.uniform(25, 200)
                if at[k] < (d * 24 + 22.4) * 3600:
                    c.emit(at[k], p, today[k], None, self.loot(p, goods, .45 if self.hard else .12), '')
        self.record('batch', 'runner', group)

    def batch_keeper(self):
        """A shop that keeps its customers' cards and swipes a handful at quiet moments, two or three times a week for months."""
        c, r = self.c, self.r
        shop = self.shops(1)[0]
        group = self.members(r.randrange(8, 15) if self.hard else r.randrange(8, 24), lambda p: p.age > 35 and math.hypot(p.x - shop.x, p.y - shop.y) < 12)
        if len(group) < 6:
            return
        goods, d0 = self.goods(r.randrange(5, 9)), r.randrange(max(1, c.days - 120))
        for d in range(d0, min(c.days, d0 + r.randrange(80, 120))):
            if r.random() < (.22 if self.hard else .4):
                t = d * DAY + (r.choice([shop.open + .1, 13.4, shop.close - .6]) + r.uniform(0, .3)) * 3600
                for p in r.sample(group, r.randrange(3, min(8, len(group)))):
                    t += r.uniform(30, 600 if self.hard else 150)
                    c.emit(t, p, shop, None, self.loot(p, goods, .4 if self.hard else .1))
        self.record('batch', 'keeper', group)

    def batch_monthend(self):
        """Accounts emptied in the last days of a month at several shops in turn, a few cards at each."""
        c, r = self.c, self.r
        group = self.members(r.randrange(7, 15))
        shops, goods = self.shops(r.randrange(3, 6), True), self.goods(8)
        for d in range(c.days):
            if c.month_day[d] == 27:
                d1 = d + r.randrange(3)
                t = d1 * DAY + r.uniform(9, 13) * 3600
                for shop in r.sample(shops, min(len(shops), r.choice([2, 3]) if self.hard else r.choice([3, 4]))):
                    for p in group:
                        if r.random() < (.45 if self.hard else .6):
                            t += r.uniform(40, 500 if self.hard else 130)
                            c.emit(min(t, d1 * DAY + 21.4 * 3600), p, shop, None, self.loot(p, goods, .4 if self.hard else .15))
                    t += r.uniform(10, 35) * 60
        self.record('batch', 'month end', group)

    def rx_goods(self, n):
        c = self.c
        pool = [g[0] for name in ('dm', 'chd', 'stroke', 'kidney', 'bp', 'copd') for g in c.by_condition[name] if c.drugs[g[0]].price > 25]
        return self.r.sample(pool, n)

    def resale_list(self):
        """A buyer's shopping list: pensioners go round hospitals and centres, each on their own days, and bring what is on it."""
        c, r = self.c, self.r
        group = self.members(r.randrange(7, 14) if self.hard else r.randrange(8, 22), lambda p: p.age > 56 and p.y < 450)
        goods = self.rx_goods(r.randrange(4, 7))
        places = [x for x in c.hosp + c.centres if x.y < 450]
        months, d0 = r.randrange(4, 8), r.randrange(max(1, c.days // 4))
        for p in group:
            mine = r.sample(places, min(len(places), r.randrange(3, 5) if self.hard else r.randrange(4, 8)))
            for m in range(months):
                for _ in range(r.choice([2, 2, 3]) if self.hard else r.randrange(3, 6)):
                    out = r.choice(mine)
                    d = c.workable(min(c.days - 1, d0 + m * 30 + r.randrange(30)), out)
                    if d < c.days:
                        items = [(x, r.choice([1, 2, 3] if self.hard else [2, 3, 4, 6])) for x in r.sample(goods, r.choice([1, 2, 2, 3]))]
                        if self.hard and r.random() < .4:
                            items += [(x, n) for x, _, n in p.regimen[:1]]
                        c.emit(c.at(p, out, d), p, out, r.choice(out.doctors), [(c.service['门诊诊察费'], 1)] + items, r.choice(['I10.x00', 'E11.900', 'I25.103']))
        self.record('resale', 'shopping list', group)

    def resale_rented(self):
        """Rented cards: somebody takes three to six of them to one hospital in a morning, the next day to another."""
        c, r = self.c, self.r
        group = self.members(r.randrange(5, 10) if self.hard else r.randrange(6, 14), lambda p: p.age > 40 and p.y < 450)
        goods = self.rx_goods(r.randrange(3, 6))
        places = r.sample([x for x in c.hosp + c.centres if x.y < 450], min(6, len([x for x in c.hosp + c.centres if x.y < 450])))
        for _ in range(r.randrange(9, 15) if self.hard else r.randrange(14, 28)):
            d = c.workable(r.randrange(c.days), places[0])
            out, cards = r.choice(places), r.sample(group, r.randrange(3, min(7, len(group))))
            t = d * DAY + r.uniform(8.2, 9.5) * 3600
            for p in cards:
                t += r.uniform(5, 40 if self.hard else 20) * 60
                c.emit(t, p, out, r.choice(out.doctors), [(x, r.choice([1, 2, 3])) for x in r.sample(goods, r.choice([1, 2]))], 'I10.x00')
        self.record('resale', 'rented cards', group)

    def cross_bus(self):
        """A bus from a far county to one hospital: some of the passengers each time, one package, one or two doctors."""
        c, r = self.c, self.r
        county = r.choice([h for h, _ in c.hoods if h[3] == 1])[2]
        n = r.randrange(12, 22) if self.hard else r.randrange(16, 46)
        group = self.members(n, lambda p: p.region == county and p.age > 45)
        if len(group) < 8:
            group += c.strangers(n - len(group), [county])
        hosp = r.choice([x for x in c.hosp if x.y < 450])
        docs = r.sample(hosp.doctors, r.choice([1, 2]))
        pack = [(c.service['针灸'], 5), (c.service['彩色B超'], 1)] + [(x, 2) for x in self.rx_goods(2)]
        for _ in range(r.choice([3, 4]) if self.hard else r.randrange(3, 7)):
            d = c.workable(r.randrange(c.days), hosp)
            t = d * DAY + r.uniform(9.5, 11) * 3600
            for p in group:
                if d < c.days and r.random() < (.7 if self.hard else .85):
                    t += r.uniform(60, 500 if self.hard else 240)
                    items = r.sample(pack, 3) + ([(x, n) for x, _, n in p.regimen[:1]] if self.hard else [])
                    c.emit(t, p, hosp, r.choice(docs), items, r.choice(['M54.500', 'I10.x00', 'I69.300']))
        self.record('crossregion', 'bus', group, [('institution', hosp.id)])

    def cross_remote(self):
        """Codes photographed and sent: cards of many provinces swiped at one small shop for one dear product, nobody there."""
        c, r = self.c, self.r
        regions = r.sample(ELSEWHERE, r.randrange(5, 12))
        group = c.strangers(r.randrange(10, 18) if self.hard else r.randrange(14, 40), regions)
        shop, goods = min(self.shops(4, True), key=lambda s: s.pull), self.goods(3)[:2] + [r.choice(c.pricey)]
        d0, span = r.randrange(max(1, c.days // 2)), r.randrange(50, 110)
        for p in group:
            for _ in range(r.choice([1, 2, 3]) if self.hard else r.randrange(2, 5)):
                d = min(c.days - 1, d0 + r.randrange(span))
                c.emit(d * DAY + r.uniform(17, 22.8) * 3600, p, shop, None, [(r.choice(goods), r.choice([1, 2]))])
        self.record('crossregion', 'remote codes', group, [('institution', shop.id)])

    def cross_stay(self):
        """A small hospital fills its beds from one far county: stays of a week, staggered, one doctor, the same daily lines."""
        c, r = self.c, self.r
        county = r.choice(ELSEWHERE)
        group = c.strangers(r.randrange(9, 14) if self.hard else r.randrange(10, 22), [county])
        hosp = r.choice([x for x in c.hosp if x.y < 450])
        doc = r.choice([d for d in hosp.doctors if d.dept in ('中医科', '骨科')])
        d0, daily = r.randrange(max(1, c.days // 2)), [(c.service[s], 1) for s in ('床位费', '静脉输液', '针灸', '推拿')]
        for p in group:
            for _ in range(1 if self.hard else r.choice([1, 2])):
                start = d0 + r.randrange(70)
                for k in range(r.randrange(4, 9)):
                    c.emit((start + k) * DAY + r.uniform(8, 10) * 3600, p, hosp, doc, daily + [(r.choice(c.by_acute['pain']), 1)], 'M54.500')
        self.record('crossregion', 'filled beds', group, [('institution', hosp.id)])

    def double(self, a, b, group, n, lag):
        """n purchases of each, at a and again at b."""
        c, r = self.c, self.r
        for p in group:
            for _ in range(n()):
                d = r.randrange(c.days)
                t = c.at(p, a, d)
                items = [(x, r.choice([1, 2, 3])) for x in r.sample(self.goods(8), r.choice([1, 2, 3]))]
                da, db = (r.choice(x.doctors) if x.doctors else None for x in (a, b))
                c.emit(t, p, a, da, items, 'I10.x00')
                c.emit(min(t + lag(), (d + 1) * DAY - 4000), p, b, db, items, 'I10.x00')

    def dup_regions(self):
        c, r = self.c, self.r
        a, b = self.shops(1)[0], r.choice([s for s in c.pharm if s.y > 450])
        group = self.members(r.randrange(5, 9) if self.hard else r.randrange(6, 16))
        self.double(a, b, group, lambda: r.choice([2, 3] if self.hard else [3, 4, 5]), lambda: r.uniform(-1, 5) * 3600)
        self.record('duplicate', 'two regions', group, [('institution', a.id), ('institution', b.id)])

    def dup_town(self):
        """A centre and a pharmacy of the town bill the same drugs, an hour or two apart."""
        c, r = self.c, self.r
        a = r.choice([x for x in c.centres if x.y < 450])
        b = c.nearest('pharm', a.x, a.y, 1, .5)[0]
        group = self.members(r.randrange(6, 10) if self.hard else r.randrange(7, 16), lambda p: p.age > 40 and p.y < 450)
        self.double(a, b, group, lambda: r.choice([2, 3] if self.hard else [3, 4]), lambda: r.uniform(.3, 2.5) * 3600)
        self.record('duplicate', 'one town', group, [('institution', a.id), ('institution', b.id)])

    def travel_twin(self):
        """The card here, its copy there, within the hour, again and again."""
        c, r = self.c, self.r
        here, there = self.shops(2), r.sample([s for s in c.pharm if s.y > 450], 2)
        group = self.members(r.randrange(4, 7) if self.hard else r.randrange(4, 11), lambda p: p.y < 450 and p.age > 25)
        for p in group:
            for _ in range(r.choice([2, 3]) if self.hard else r.randrange(3, 7)):
                d = r.randrange(c.days)
                t = d * DAY + r.uniform(9, 19) * 3600
                c.emit(t, p, r.choice(here), None, self.loot(p, self.goods(6), .5))
                c.emit(t + r.uniform(4, 50) * 60, p, r.choice(there), None, self.loot(p, self.goods(6), .5))
        self.record('travel', 'twin', group)

    def travel_roam(self):
        """A few credentials swiped in both prefectures in turn, several times a day."""
        c, r = self.c, self.r
        group = self.members(r.randrange(3, 5), lambda p: p.age > 30)
        places = self.shops(3, True) + r.sample([s for s in c.pharm if s.y > 450], 2)
        for _ in range(r.randrange(4, 6) if self.hard else r.randrange(5, 10)):
            d = r.randrange(c.days)
            for p in group:
                if r.random() < .7:
                    t = d * DAY + r.uniform(9, 12) * 3600
                    for shop in r.sample(places, 4):
                        t += r.uniform(15, 90) * 60
                        c.emit(t, p, shop, None, self.loot(p, self.goods(6), .3))
        self.record('travel', 'roam', group)

    def trace_back(self):
        """Boxes collected from pensioners come back over a shop's counter some weeks later, to its customers."""
        c, r = self.c, self.r
        shop = self.shops(1)[0]
        sellers = self.members(r.randrange(5, 9) if self.hard else r.randrange(6, 16), lambda p: p.age > 55 and p.y < 450)
        buyers = self.members(r.randrange(6, 10) if self.hard else r.randrange(8, 18), lambda p: shop in p.favs or math.hypot(p.x - shop.x, p.y - shop.y) < 8)
        goods = self.rx_goods(5)
        for p in sellers:
            for _ in range(r.randrange(2, 4) if self.hard else r.randrange(2, 7)):
                d, out = r.randrange(max(1, c.days - 70)), r.choice([p.centre, p.hosp[0], p.favs[0]])
                code, drug, q = c.code(), r.choice(goods), r.choice(buyers)
                c.emit(c.at(p, out, d), p, out, r.choice(out.doctors) if out.doctors else None, [(drug, 1, code)] + [(x, n) for x, _, n in p.regimen[:1]], 'I10.x00')
                d2 = d + r.randrange(8, 70)
                c.emit(c.at(q, shop, d2), q, shop, None, [(drug, 1, code)])
        self.record('trace', 'returned boxes', sellers + buyers, [('institution', shop.id)])

    def trace_scan(self):
        """No box leaves the shop: the same codes are scanned for card after card."""
        c, r = self.c, self.r
        shop = self.shops(1)[0]
        group = self.members(r.randrange(6, 10) if self.hard else r.randrange(7, 20), lambda p: p.age > 35)
        goods = self.goods(5)
        codes = [(c.code(), r.choice(goods)) for _ in range(r.randrange(5, 10))]
        for p in group:
            for code, drug in r.sample(codes, r.choice([2, 3])):
                d = r.randrange(c.days)
                c.emit(c.at(p, shop, d), p, shop, None, [(drug, 1, code)])
        self.record('trace', 'same box scanned', group, [('institution', shop.id)])


# ---- out -------------------------------------------------------------------------------------------------------------
NAMES = {
    'plain': dict(claim='claim_id', settlement='settlement_id', person='person_id', outlet='institution_id', kind='institution_type', time='time',
                  doctor='doctor_id', drug='drug_code', name='drug_name', quantity='quantity', amount='amount', fund='fund_amount',
                  person_region='person_region', service_region='service_region', diagnosis='diagnosis', trace='trace_code'),
    'nhsa': dict(claim='bkkp_sn', settlement='setl_id', person='psn_no', outlet='fixmedins_code', time='fee_ocur_time', doctor='bilg_dr_code',
                 drug='med_list_codg', name='medins_list_name', quantity='cnt', price='pric', amount='det_item_fee_sumamt',
                 person_region='insu_admdvs', service_region='fix_blng_admdvs', diagnosis='dise_no', trace='drug_trac_codg'),
    'chinese': dict(person='人员编号', person_region='参保所属医保区划', outlet='定点医药机构编号', service_region='就医地医保区划', claim='费用明细流水号',
                    settlement='结算ID', doctor='开单医师编码', time='费用发生时间', drug='医疗目录编码', name='医药机构目录名称', quantity='数量', price='单价',
                    amount='明细项目费用总额', diagnosis='病种编码', trace='药品追溯码'),
}


def code(city):
    city.trace_no += 1
    return '8%019d' % (city.trace_no * 104729 % 10 ** 15 + 3 * 10 ** 18)


City.code = code


class Writer:
    def __init__(self, city, opt):
        self.c, self.o = city, opt
        self.r = random.Random('writer %d' % opt.seed)
        self.shape = opt.time
        self.columns = {k: v for k, v in NAMES[opt.look].items() if k not in opt.without}

    def stamp(self, v):
        """The time as the institution's till tells it."""
        t, out, r = v[0], v[2], self.r
        d = t // DAY
        if out.clock == 'night':
            t = d * DAY + 22 * 3600 + (t % DAY) % 600
        elif out.clock == 'night-one':
            t = d * DAY + 23 * 3600 + 1800
        elif out.clock == 'noon-night':
            t = d * DAY + (12 if t % DAY < 12.5 * 3600 else 18) * 3600 + t % 120
        elif out.clock == 'ten':
            t -= t % 600
        return self.c.day0 + timedelta(seconds=t)

    def text(self, when):
        return when.strftime({'seconds': '%Y-%m-%d %H:%M:%S', 'minutes': '%Y/%m/%d %H:%M', 'compact': '%Y%m%d%H%M%S', 'date': '%Y-%m-%d'}[self.shape])

    def rows(self):
        c, r = self.c, self.r
        line = 0
        c.visits.sort(key=lambda v: (v[0], v[1].idx, v[2].idx))
        for n, v in enumerate(c.visits):
            t, p, out, doc, items, diag = v
            when = self.text(self.stamp(v))
            share = r.uniform(.1, .5) if out.type == 'pharmacy' else r.uniform(.5, .82)
            for item in items:
                drug = c.drugs[item[0]]
                line += 1
                price = round(drug.price * out.dear, 2)
                amount = round(price * item[1], 2)
                trace = '' if drug.kind == 'service' else item[2] if len(item) > 2 else (c.code() if r.random() < .9 else '')
                yield dict(claim='%s%012d' % (self.o.seed % 97, line * 31 + 10 ** 9), settlement='S%010d' % (n * 7 + 11), person=p.id, outlet=out.id, kind=out.type,
                           time=when, doctor=doc.id if doc else '', drug=drug.code, name=drug.name, quantity='%g' % item[1], price='%.2f' % price,
                           amount='%.2f' % amount, fund='%.2f' % (amount * share), person_region=p.region, service_region=out.region,
                           diagnosis=diag, trace=trace)

    def dirty(self, row):
        """A tenth of a per cent of bad rows, some repeats, some refunds."""
        r = self.r
        x = r.random()
        if x < .0003:
            yield dict(row, person='')
        elif x < .0006:
            yield dict(row, amount=r.choice(['-', '12,x', 'NULL']))
        elif x < .0009:
            yield dict(row, time=r.choice(['2023-02-30 10:00:00', '', '0000-00-00']))
        else:
            yield row
            if x > .9985:
                yield row
            elif x > .9975 and 'claim' in self.columns:
                yield dict(row, claim=row['claim'] + 'R', quantity='-%s' % row['quantity'], amount='-' + row['amount'], fund='-' + row['fund'])

    def write(self, folder):
        enc = 'gb18030' if self.o.gb18030 else 'utf-8'
        with open(os.path.join(folder, 'claims.csv'), 'w', encoding=enc, newline='') as f:
            w = csv.writer(f, lineterminator='\r\n' if self.o.seed % 3 == 0 else '\n')
            w.writerow(self.columns.values())
            keys = list(self.columns)
            n = 0
            for row in self.rows():
                for bad in ([row] if self.o.no_dirt else self.dirty(row)):
                    w.writerow([bad[k] for k in keys])
                    n += 1
        self.table(folder, 'truth.csv', ['ring_id', 'pattern', 'entity_type', 'entity_id', 'style'], self.c.truth)
        self.table(folder, 'innocent.csv', ['group_id', 'kind', 'entity_type', 'entity_id'], self.c.innocent)
        if self.o.registers:
            self.registers(folder)
        return n

    def table(self, folder, name, head, rows):
        with open(os.path.join(folder, name), 'w', encoding='utf-8', newline='') as f:
            w = csv.writer(f, lineterminator='\n')
            w.writerow(head)
            w.writerows(rows)

    def registers(self, folder):
        c = self.c
        year = c.day0.year
        self.table(folder, 'persons.csv', ['person_id', 'region', 'birth', 'sex', 'address', 'phone'],
                   [(p.id, p.region, '%d-%02d-%02d' % (year - p.age, p.idx % 12 + 1, p.idx % 28 + 1), 1 if p.male else 2, p.address, p.phone) for p in c.people])
        self.table(folder, 'doctors.csv', ['doctor_id', 'workplace'], [(d.id, d.outlet.id) for d in c.doctors])
        self.table(folder, 'institutions.csv', ['institution_id', 'type', 'region'], [(x.id, x.type, x.region) for x in c.outlets])


def options():
    a = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    a.add_argument('-o', '--out', required=True)
    a.add_argument('--seed', type=int, default=1)
    a.add_argument('--lines', type=int, default=300000)
    a.add_argument('--days', type=int, default=0, help='0: by seed')
    a.add_argument('--style', choices=['plain', 'hard', 'free'], default='plain')
    a.add_argument('--look', choices=['by-seed'] + sorted(NAMES), default='by-seed')
    a.add_argument('--time', choices=['by-seed', 'seconds', 'minutes', 'compact', 'date'], default='by-seed')
    a.add_argument('--without', default='', help='columns to leave out: %s' % ' '.join(NAMES['plain']))
    a.add_argument('--gb18030', action='store_true')
    a.add_argument('--no-dirt', action='store_true')
    a.add_argument('--registers', action='store_true')
    o = a.parse_args()
    pick = random.Random('look %d' % o.seed)
    look, shape = pick.choice(['nhsa', 'chinese', 'plain', 'plain']), pick.choice(['seconds', 'seconds', 'minutes', 'compact'])
    o.look = look if o.look == 'by-seed' else o.look
    o.time = shape if o.time == 'by-seed' else o.time
    o.without = set(filter(None, o.without.split(',')))
    o.plain_ids = o.look == 'plain'
    return o


def main():
    o = options()
    os.makedirs(o.out, exist_ok=True)
    city = City(o)
    n = Writer(city, o).write(o.out)
    print('%s: %d lines, %d people, %d outlets, %d doctors, %d days, %d rings, %d innocent groups' % (
        o.out, n, len(city.people), len(city.outlets), len(city.doctors), city.days, len({t[0] for t in city.truth}), len({g[0] for g in city.innocent})))


if __name__ == '__main__':
    main()
