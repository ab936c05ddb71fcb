/** Finds what a recipe asks for in an event and in the headers of its post. */
import type { Json } from '../domain/json.ts';
import type { Place, Places, SourcePorts } from './kind.ts';
import type { Signed } from './proof.ts';

/** What lies at a dotted path of own members; undefined for nothing. */
export const findAt = (value: Json, path: string): Json | undefined => {
  let found: Json | undefined = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    // Lists have their indices as own members, so that `items.0` works.
    found = (found as Readonly<Record<string, Json>>)[name];
  }
  return found;
};

export interface Finding {
  readonly headers: Headers;
  /** what the proof covers besides the body */
  readonly signed?: Signed;
  readonly ports: SourcePorts;
}

type Found = Json | undefined | Promise<Json | undefined>;

const findIn = (place: Place, event: Json, { headers, signed, ports }: Finding): Found => {
  if (typeof place === 'string') return findAt(event, place);
  if (typeof place === 'function') return place(event, headers);
  if ('header' in place) return headers.get(place.header) ?? undefined;
  if ('signed' in place) return signed?.[place.signed];
  return ports.evaluate(place.expression, event);
};

const listOf = (places: Places): readonly Place[] =>
  // TypeScript does not see that a `Place` is never a list.
  Array.isArray(places) ? (places as readonly Place[]) : [places as Place];

/** The first value that is neither nothing nor null. Throws what an expression throws. */
export const find = async (places: Places | undefined, event: Json, finding: Finding): Promise<Json> => {
  for (const place of places === undefined ? [] : listOf(places)) {
    const found = findIn(place, event, finding);
    const value = found instanceof Promise ? await found : found;
    if (value !== undefined && value !== null) return value;
  }
  return null;
};
