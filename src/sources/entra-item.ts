/** What an item of Microsoft Graph's change and lifecycle notifications says, and where. */
import { isObject, type Json } from '../domain/json.ts';
import { findAt } from './find.ts';

/** `#Microsoft.Graph.User` → `user`; of lists without that type, `Users/7d1e…` → `users`. */
const entityOf = (item: Json): string => {
  const type = isObject(item) && isObject(item.resourceData) ? item.resourceData['@odata.type'] : undefined;
  const resource = findAt(item, 'resource');
  const named = typeof type === 'string' ? type.split('.').at(-1) : undefined;
  const listed = typeof resource === 'string' ? /^\/?([^/?('"]+)/.exec(resource)?.[1] : undefined;
  const name = named ?? listed ?? 'resource';
  return name.charAt(0).toLowerCase() + name.slice(1);
};

/** `user.updated`, `lifecycle.missed` */
export const typeOf = (item: Json): Json | undefined => {
  const lifecycle = findAt(item, 'lifecycleEvent');
  if (typeof lifecycle === 'string') return `lifecycle.${lifecycle}`;
  const change = findAt(item, 'changeType');
  return typeof change === 'string' ? `${entityOf(item)}.${change}` : undefined;
};

export const subjectOf = (item: Json): Json | undefined => {
  const isLifecycle = findAt(item, 'lifecycleEvent') !== undefined;
  if (isLifecycle) return findAt(item, 'subscriptionId');
  return findAt(item, 'resourceData.id') ?? findAt(item, 'resource');
};

/** What distinguishes two changes of one resource, where Graph says it. */
const versionOf = (item: Json): Json | undefined => {
  const data = findAt(item, 'resourceData');
  if (!isObject(data)) return undefined;
  return data['@odata.etag'] ?? data.sequenceNumber;
};

const word = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const NAMES = ['subscriptionId', 'resource', 'changeType', 'lifecycleEvent'];
/** What it is about, in one line. */
export const nameOf = (item: Json): string => NAMES.map((name) => word(findAt(item, name))).join(' ');

/** The id of the notification, else what distinguishes the change; undefined where nothing does. */
export const idOf = (item: Json): Json | undefined => {
  const version = word(versionOf(item));
  return findAt(item, 'id') ?? (version === '' ? undefined : `${nameOf(item)} ${version}`);
};

/** Whether it holds resource data, encrypted for us. */
export const isRich = (item: Json): boolean => isObject(item) && item.encryptedContent !== undefined;
