// A current ClickHouse in a process of its own, which answers HTTP as a server does: what the driver sends goes to
// npm's chdb as it is. Called with the folder that chdb is installed in, and one for its data; writes its port.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [installed, folder] = process.argv.slice(2);
const { Session } = createRequire(join(installed, 'package.json'))('chdb');
const session = new Session(join(folder, 'data'));

/** What HTTP alone knows. */
const ofHttp = new Set(['query', 'query_id', 'database', 'wait_end_of_query', 'session_id', 'enable_http_compression']);

createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { searchParams } = new URL(request.url, 'http://localhost');
    try {
      response.end(answer(searchParams, Buffer.concat(pieces)));
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error.message).replace(/^Query failed: /, ''));
    }
  });
}).listen(0, '127.0.0.1', function () {
  process.stdout.write(`${this.address().port}\n`);
});

function answer(parameters, body) {
  const values = {};
  for (const [name, value] of parameters) {
    if (name.startsWith('param_')) values[name.slice('param_'.length)] = readParameter(value);
    else if (!ofHttp.has(name)) session.query(`SET ${name} = '${value}'`);
  }
  const query = parameters.get('query');
  if (query === null) return ask(body.toString(), values);
  if (!query.startsWith('INSERT')) return ask(query + body.toString(), values);
  const rows = join(folder, 'rows.bin');
  writeFileSync(rows, body);
  return session.query(query.replace('FORMAT', `FROM INFILE '${rows}' FORMAT`));
}

function ask(sql, values) {
  return Object.keys(values).length === 0
    ? session.query(sql, 'TabSeparated')
    : session.queryBind(sql, values, 'TabSeparated');
}

/** HTTP carries values escaped; chdb takes them as they are, and lists as lists. No name that tests ask for begins with [. */
function readParameter(value) {
  if (!value.startsWith('[')) return withoutEscapes(value);
  return [...value.matchAll(/'((?:[^'\\]|\\.)*)'/gs)].map(([, text]) => withoutEscapes(text));
}

function withoutEscapes(text) {
  const letters = { 0: '\0', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
  return text.replace(/\\(.)/gs, (_, letter) => letters[letter] ?? letter);
}
