/** `npm run db:migrate`: what plain `wrangler dev` needs before its first start, secrets and tables. */
import { mkdirSync } from 'node:fs';
import { CliError, EXIT } from './exit.ts';
import { migrateLocally } from './local/migrations.ts';
import { keepSecrets } from './local/secrets.ts';
import { dataDirectory, setting } from './project.ts';

try {
  const data = dataDirectory(setting(process.env, 'SLUICE_DATA'), process.cwd());
  mkdirSync(data.path, { recursive: true });
  keepSecrets(data.secrets);
  const isNew = await migrateLocally(data, process.env);
  console.log(isNew ? 'The database has been brought up to date.' : 'The database is up to date.');
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(`sluice: ${error.message}`);
  process.exitCode = EXIT[error.ending];
}
