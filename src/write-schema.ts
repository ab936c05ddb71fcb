/** `npm run schema`: writes the JSON Schema of flow files for editors; `--check` only tells whether it is current. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cards } from './cards.ts';
import { EXIT } from './cli/exit.ts';
import { PROJECT } from './cli/project.ts';
import { catalogueOf } from './language/catalogue.ts';
import { flowJsonSchema } from './language/json-schema.ts';

const path = join(PROJECT, 'flows/flow.schema.json');
const text = `${JSON.stringify(flowJsonSchema(catalogueOf(cards)), null, 2)}\n`;
const isCurrent = existsSync(path) && readFileSync(path, 'utf8') === text;

if (process.argv.includes('--check')) {
  console.log(
    isCurrent ? 'flows/flow.schema.json is current.' : 'flows/flow.schema.json is old: run `npm run schema`.',
  );
  process.exitCode = isCurrent ? EXIT.done : EXIT.failed;
} else if (!isCurrent) writeFileSync(path, text);
