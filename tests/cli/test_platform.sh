#!/usr/bin/env bash
# The national platform's two tables: joined by settlement, flags obeyed, differences reported, money balanced to the fen.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

begin "fee lines and settlements"
cat > "$D/setl_d.csv" <<'END'
setl_id,psn_no,insu_admdvs,fixmedins_code,fix_blng_admdvs,setl_time,medfee_sumamt,fund_pay_sumamt,vali_flag,refd_setl_flag
S1,A,330106,P33010600001,330106,2025-03-01 10:00:00,30.00,20.00,1,0
S2,B,330106,H33010600002,330106,2025-03-01 11:00:00,50.00,40.00,1,0
S3,C,411500,P33010600001,330106,2025-03-02 09:00:00,12.34,12.34,1,0
END
cat > "$D/fee_list_d.csv" <<'END'
bkkp_sn,setl_id,psn_no,fixmedins_code,bilg_dr_code,fee_ocur_time,med_list_codg,cnt,det_item_fee_sumamt,vali_flag
F1,S1,A,P33010600001,,2025-03-01 09:59:00,X1,1,10.00,1
F2,S1,A,P33010600001,,2025-03-01 09:59:30,X2,2,20.00,1
F3,S2,B,H33010600002,D1,2025-03-01 10:30:00,X1,1,45.00,1
F4,S2,B,H33010600002,D1,2025-03-01 10:30:00,X3,1,7.00,0
F5,S9,B,H33010600002,D1,2025-03-01 10:30:00,X1,1,1.00,1
F1,S1,A,P33010600001,,2025-03-01 09:59:00,X1,1,10.00,1
END
run 0 analyze "$D/fee_list_d.csv" --settlements "$D/setl_d.csv" -o "$D/case"
says "mapping nhsa" "3 settlements, 1 without details" "1 details without a settlement" "1 settlements differ" "by 5.00"
says "4 used" "1 outside" "1 repeated" "0 reversed" "1 rejected"
says "87.34 used" "7.00 outside" "10.00 repeated" "1.00 rejected"
file_has "$D/case/rejects.csv" '^fee_list_d\.csv,6,'
whole "$D/case"
mkdir "$D/side"
run 0 analyze "$D/fee_list_d.csv" "$D/setl_d.csv" -o "$D/side/case"
says "setl_d.csv: has settlements and no details" "give the file with --settlements"
run 0 analyze "$D/setl_d.csv" -o "$D/side/alone"
says_not "has settlements and no details"

begin "names of institutions that stand in the rows"
PLAIN=1 ring_claims > "$D/plain.csv"
awk -F, -v OFS=, 'NR == 1 { $4 = $4 ",institution_name" } NR > 1 { $4 = $4 ",药房" $4 "号" (NR % 3 ? "" : "甲") } 1' "$D/plain.csv" > "$D/named.csv"
awk -F, -v OFS=, 'NR == 1 { print "setl_id,psn_no,fixmedins_code,fixmedins_name,setl_time,medfee_sumamt,fund_pay_sumamt" }
  NR > 1 { print $2, $3, $4, "药房" $4 "号", $5, $9, 0 }' "$D/plain.csv" > "$D/setl_d.csv"
awk -F, -v OFS=, 'NR == 1 { print "bkkp_sn,setl_id,psn_no,fixmedins_code,fee_ocur_time,med_list_codg,cnt,det_item_fee_sumamt" } NR > 1 { print $1, $2, $3, $4, $5, $6, $8, $9 }' "$D/plain.csv" > "$D/fee_list_d.csv"
run 0 analyze "$D/plain.csv" -o "$D/plain"
run 0 analyze "$D/named.csv" -o "$D/one" --mask-key "$D/plain.key"
run 0 analyze "$D/fee_list_d.csv" --settlements "$D/setl_d.csv" -o "$D/two" --mask-key "$D/plain.key"
is "leads with names" "$(cut -d, -f 2- "$D/one/rings.csv")" "$(cut -d, -f 2- "$D/plain/rings.csv")"
for case in one two; do
  file_has "$D/$case/institutions.csv" ',P071,药房P071号,' # of two names the smaller
  file_has "$D/$case/graph.graphml" '>药房P071号<'
  run 0 explain "$D/$case" R0001
  says "药房P07"
done
printf '[column]\nname=core\n' > "$D/policy.ini"
run 0 analyze "$D/named.csv" -o "$D/hidden" --policy "$D/policy.ini" --mask-key "$D/plain.key"
if grep -rqa "药房P07" "$D/hidden"; then fail "a name that the policy hides is shown"; fi

begin "Chinese headers in GB18030"
{ echo "费用明细流水号,结算ID,人员编号,定点医药机构编号,费用发生时间,医疗目录编码,明细项目费用总额"
  claims 50 | tail -n +2 | awk -F, '{ print $1 ",s" NR "," $2 "," $3 "," $4 "," $5 "," $6 }'; } | iconv -f UTF-8 -t GB18030 > "$D/导出.csv"
run 0 analyze "$D/导出.csv" -o "$D/case"
says "GB18030" "mapping nhsa" "50 used"

begin "settlements alone"
{ echo "setl_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,fund_pay_sumamt"
  echo "S1,A,P33010600001,2025-03-01 10:00:00,30.00,20.00"
  echo "S2,B,P33010600001,2025-03-01 11:00:00,0.01,0.00"; } > "$D/setl.csv"
run 0 analyze "$D/setl.csv" -o "$D/case"
says "2 used" "30.01 used"

begin "settlements that are no table of settlements"
claims 50 > "$D/a.csv"
run 3 analyze "$D/a.csv" --settlements "$D/a.csv" -o "$D/case"
says "no column for settlement_id"
holds "$D" a.csv

begin "a refund and its original"
{ echo "claim_id,person_id,institution_id,time,drug_code,quantity,amount"
  echo "c1,p1,P1,2025-03-01 10:00:00,d1,1,25.00"
  echo "c2,p1,P1,2025-03-02 10:00:00,d1,-1,-25.00"
  echo "c3,p2,P1,2025-03-01 10:00:00,d1,2,40.00"
  echo "c4,p3,P1,2025-03-05 10:00:00,d9,-1,-3.00"; } > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case"
says "2 used" "2 reversed" "37.00 used"

finish
