#!/usr/bin/env bash
# The pictures of docs/pictures, made again from the bundled city: pictures.sh RINGSCOPE. Needs what run.sh needs, and python3-pil (which comes with
# python3-matplotlib) to make them small. Look at them before they are committed. Exit 77: something is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
skip() { echo "skipped: $1"; exit 77; }
command -v chromium > /dev/null && command -v node > /dev/null || skip "no chromium or node"
/usr/bin/python3 -c 'import PIL' 2> /dev/null || skip "no python3-pil"
[ -d build/page-test/node_modules/playwright-core ] || tests/page/install.sh || skip "no playwright-core"
folder=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-page-XXXXXX")
trap 'rm -rf "$folder"' EXIT
city=datasets/city
for language in en zh; do
  "$1" analyze "$city/claims.csv.gz" --persons "$city/persons.csv.gz" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" \
    --drugs "$city/drugs.csv" -o "$folder/case" --quiet --lang "$language" > /dev/null
  cp "$folder/case/index.html" "$folder/city-$language.html"
done
NODE_PATH=$PWD/build/page-test/node_modules node tests/page/pictures.cjs "$folder"
/usr/bin/python3 - "$folder" docs/pictures << 'PYTHON'
import pathlib, sys
from PIL import Image
for path in sorted(pathlib.Path(sys.argv[1]).glob('*.png')):
    picture = Image.open(path).convert('RGB')
    wide = 820 if path.stem == 'ring' else 900
    picture = picture.resize((wide, round(picture.height * wide / picture.width)), Image.LANCZOS)
    picture.quantize(128, dither=Image.Dither.NONE).save(pathlib.Path(sys.argv[2]) / path.name, optimize=True)
PYTHON
ls -l docs/pictures
