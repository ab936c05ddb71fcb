/** Settings from `--set KEY=VALUE`: dots in a key lead into objects. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { CliError } from './exit.ts';
import { assignment } from './inputs.ts';

const put = (settings: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject => {
  if (rest.length === 0) return { ...settings, [name]: value };
  const inner = settings[name] ?? {};
  if (!isObject(inner)) throw new CliError('usage', `--set gives "${name}" a value and members.`);
  return { ...settings, [name]: put(inner, rest, value) };
};

/** `backfill.connection=okta` is `{ backfill: { connection: 'okta' } }`; values are JSON, else text. */
export const readSettings = (given: readonly string[] = []): JsonObject =>
  given.reduce<JsonObject>((settings, one) => {
    const [key, value] = assignment(one);
    return put(settings, key.split('.'), value);
  }, {});
