#!/bin/sh
# Build what the page of trends draws with into one file, of Apache ECharts as it is pinned with its
# digest in charts/package-lock.json. Whoever builds it gets the same bytes; tests hold their digest.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
static=$here/../daemon/wirewatch/pages/static
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here"/charts/* "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --silent
version() { node -p "JSON.parse(require('fs').readFileSync('node_modules/$1/package.json')).version"; }
node_modules/.bin/esbuild charts.js --bundle --minify --format=iife --global-name=echarts \
  --target=es2020 --charset=ascii --legal-comments=none \
  --define:process.env.NODE_ENV='"production"' --log-level=warning \
  --banner:js="/* Apache ECharts $(version echarts) (Apache-2.0), with zrender $(version zrender) (BSD-3-Clause) and tslib $(version tslib) (0BSD): see echarts.txt. Built by release/charts.sh. */" \
  --outfile="$static/echarts.js"

{
  cat node_modules/echarts/NOTICE
  for part in echarts/LICENSE echarts/licenses/LICENSE-d3 zrender/LICENSE tslib/LICENSE.txt; do
    printf '\n\n======== %s ========\n\n' "$part"
    cat "node_modules/$part"
  done
} | tr -d "\r" >"$static/echarts.txt"
cd "$static"
sha256sum echarts.js echarts.txt
