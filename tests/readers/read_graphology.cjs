// Reads GraphML and GEXF with graphology and compares them with NAME.json, the model that read_exports.py wrote.
//   node read_graphology.cjs FOLDER MODULES      MODULES: where npm installed graphology, graphology-gexf, graphology-graphml
// exit: 0 equal, 1 not, 77 no graphology (skipped)
const fs = require('fs');
const path = require('path');

const [folder, modules] = process.argv.slice(2);
let Graph, formats;
try {
  const need = (name) => require(require.resolve(name, { paths: [modules] }));
  Graph = need('graphology').MultiDirectedGraph;
  formats = { '.gexf': need('graphology-gexf'), '.graphml': need('graphology-graphml') };
} catch (missing) {
  console.log('skipped: ' + missing.message.split('\n')[0]);
  process.exit(77);
}

function fail(message) {
  console.log('FAILED: ' + message);
  process.exit(1);
}

function same(where, got, expected) {
  // every number is a double here: beyond 2^53 both sides are rounded alike
  if (got !== expected) fail(`${where}: ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`);
}

function color(text) {
  const channel = /^rgb\((\d+),(\d+),(\d+)\)$/.exec(text);
  return channel ? '#' + channel.slice(1).map((c) => Number(c).toString(16).padStart(2, '0')).join('') : text;
}

let n_files = 0;
for (const file of fs.readdirSync(folder).sort()) {
  const suffix = path.extname(file);
  if (!(suffix in formats)) continue;
  const model = JSON.parse(fs.readFileSync(path.join(folder, file.slice(0, -suffix.length) + '.json'), 'utf8'));
  const graph = formats[suffix].parse(Graph, fs.readFileSync(path.join(folder, file), 'utf8'), { addMissingNodes: false });
  same(`${file} nodes`, graph.order, Object.keys(model.nodes).length);
  same(`${file} edges`, graph.size, model.edges.length);
  for (const [node, expected] of Object.entries(model.nodes)) {
    if (!graph.hasNode(node)) fail(`${file}: no node ${node}`);
    const got = graph.getNodeAttributes(node);
    for (const [name, value] of Object.entries(expected)) same(`${file} ${node} ${name}`, name === 'color' ? color(got[name]) : got[name], value);
  }
  const edges = graph.mapEdges((edge, data, source, target) => [source, target, data]);
  edges.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : 1));
  model.edges.forEach(([source, target, expected], i) => {
    same(`${file} source`, edges[i][0], source);
    same(`${file} target`, edges[i][1], target);
    for (const [name, value] of Object.entries(expected))
      if (name !== 'id') same(`${file} ${source} ${target} ${name}`, edges[i][2][name], value);
  });
  console.log(`${file}: ${graph.order} nodes, ${graph.size} edges in graphology`);
  n_files++;
}
if (n_files === 0) fail('no files');
