// Holds the Kubernetes objects and the Grafana dashboard of deploy against the types that their projects publish:
// a key that is misspelt, missing or in the wrong place, and a value of another type.
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {parseAllDocuments} from 'yaml';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const modules = join(here, 'node_modules');
const kubernetes = 'deploy/kubernetes/webstore.yaml';
const dashboards = 'deploy/grafana/dashboards';

/** Where the type of an object is, from what the object says of itself. */
function kubernetesType({apiVersion, kind}) {
  for (const models of ['kubernetes-models', '@kubernetes-models/prometheus-operator']) {
    if (existsSync(join(modules, models, apiVersion, `${kind}.d.ts`))) {
      return {module: `${models}/${apiVersion}/${kind}`, type: `I${kind}`};
    }
  }
  throw new Error(`${kubernetes}: no schema for ${apiVersion} ${kind}`);
}

/** Panels, those within rows too. */
function panelsOf({panels = []}) {
  return panels.flatMap((panel) => [panel, ...panelsOf(panel)]);
}

/** The type of what a kind of panel adds to the dashboard's own schema, which has none for it. */
function panelType(panel, what) {
  const file = join(modules, '@grafana/schema/dist/types/raw/composable', panel.type, 'panelcfg/x/types.gen.d.ts');
  if (!existsSync(file)) throw new Error(`${dashboards}: no schema for a panel of type ${panel.type}`);
  // Some kinds of panel have nothing of their own there.
  return new RegExp(`export interface ${what} `).test(readFileSync(file, 'utf8')) ? `import(${JSON.stringify(file)}).${what}` : 'Record<string, never>';
}

// A value as a constant of its type: the compiler refuses keys that the type does not have.
const checks = [];
const check = (what, type, value) => checks.push({what, code: `: ${type} = ${JSON.stringify(value, null, 1)};`});

for (const document of parseAllDocuments(readFileSync(join(root, kubernetes), 'utf8'), {uniqueKeys: true})) {
  if (document.errors.length > 0) throw document.errors[0];
  const value = document.toJS();
  const {module, type} = kubernetesType(value);
  check(`${kubernetes}, ${value.kind}`, `import('${module}').${type}`, value);
}
for (const name of readdirSync(join(root, dashboards)).filter((file) => file.endsWith('.json'))) {
  const dashboard = JSON.parse(readFileSync(join(root, dashboards, name), 'utf8'));
  for (const annotation of dashboard.annotations?.list ?? []) {
    // What the plugin for Prometheus adds; the dashboard's own schema knows no plugin.
    if (annotation.datasource?.type === 'prometheus') for (const key of ['expr', 'titleFormat', 'textFormat']) delete annotation[key];
  }
  check(`${dashboards}/${name}`, `Json<import('${modules}/@grafana/schema/dist/types/raw/dashboard/x/types.gen').Dashboard>`, dashboard);
  for (const panel of panelsOf(dashboard).filter(({type}) => type !== 'row')) {
    const where = `${dashboards}/${name}, panel "${panel.title}"`;
    for (const target of panel.targets ?? []) {
      if (target.datasource?.type !== 'prometheus') throw new Error(`${where}: no schema for a query of ${target.datasource?.type}`);
      check(`${where}, query ${target.refId}`, 'Omit<Json<import(\'@grafana/grafana-foundation-sdk/prometheus\').Dataquery>, \'_implementsDataqueryVariant\'>', target);
    }
    if (panel.options) check(`${where}, options`, `Some<Json<${panelType(panel, 'Options')}>>`, panel.options);
    const custom = panel.fieldConfig?.defaults?.custom;
    if (custom) check(`${where}, custom`, `Some<Json<${panelType(panel, 'FieldConfig')}>>`, custom);
  }
}

// What is an enum in TypeScript is its text in JSON. The schemas of panels call required what has a default.
const helper = `type Some<T> = T extends (infer E)[] ? Some<E>[] : T extends object ? {[K in keyof T]?: Some<T[K]>} : T;
type Json<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends (infer E)[] ? Json<E>[] : unknown extends T ? T : {[K in keyof T]: Json<T[K]>};\n`;
const file = join(here, 'generated.ts');
const starts = [];
let source = helper;
checks.forEach(({code}, index) => {
  starts.push(source.length);
  source += `export const check${index}${code}\n`;
});

const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};
const host = ts.createCompilerHost(options);
const {getSourceFile, fileExists} = host;
host.fileExists = (name) => name === file || fileExists(name);
host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
const problems = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
for (const {start, messageText, file: origin} of problems) {
  const index = starts.findLastIndex((first) => first <= start);
  const what = origin?.fileName === file && index >= 0 ? checks[index].what : relative(root, origin?.fileName ?? root);
  const line = origin ? origin.text.slice(origin.text.lastIndexOf('\n', start) + 1, origin.text.indexOf('\n', start)).trim() : '';
  console.error(`${what}: at ${line.slice(0, 120)}\n  ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`);
}
if (problems.length > 0) process.exit(1);
console.log(`${checks.length} objects of deploy are what their schemas say`);
