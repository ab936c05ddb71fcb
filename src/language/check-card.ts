/** A card step against the card it names: does it exist, does it connect, does what is written fit its input. */
import type { CardStep } from '../domain/flow.ts';
import type { ProblemItem } from '../domain/problem.ts';
import type { Catalogue } from './catalogue.ts';
import { didYouMean } from '../domain/near-match.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { checkOf } from './schema-check.ts';

const TABLES = /^table\./;

const unknownCard = (id: string, catalogue: Catalogue): string => {
  if (TABLES.test(id)) return `The card "${id}" is not available in this version: tables come later`;
  const near = didYouMean(id, catalogue.cards.keys());
  const family = id.split('.')[0] ?? id;
  const siblings = [...catalogue.cards.keys()].filter((known) => known.startsWith(`${family}.`));
  const hint =
    siblings.length === 0 ? '; npx sluice cards lists them all' : `; there are ${siblings.join(', ')}`;
  return `There is no card "${id}"${near || hint}`;
};

/** `headers.accept[0]` as members. */
const membersOf = (path: string): Path =>
  path === ''
    ? []
    : path
        .split(/[.[]/)
        .flatMap((part) => (part === '' ? [] : [/^\d+\]$/.test(part) ? Number.parseInt(part) : part]));

/** What a step hands on does not fit the card or flow of this name. */
export const reportInput = (item: ProblemItem, taker: string, path: Path, report: Report): void => {
  const inside = membersOf(item.path);
  const spot = item.code === 'unknown' || item.code === 'required' ? 'key' : 'value';
  const subject = item.path === '' ? '"with"' : `"${item.path}" of ${taker}`;
  report.error({
    path: [...path, 'with', ...inside],
    code: `input_${item.code}`,
    message: `${subject} ${item.message}`,
    spot,
  });
};

export const checkCard = (step: CardStep, path: Path, catalogue: Catalogue, report: Report): void => {
  const card = catalogue.cards.get(step.card);
  if (card === undefined) {
    const message = unknownCard(step.card, catalogue);
    report.error({ path: [...path, 'card'], code: 'unknown_card', message });
    return;
  }
  if (step.connection !== undefined && card.connects === undefined) {
    const message = `The card "${card.id}" reaches nothing outside and takes no connection`;
    report.error({ path: [...path, 'connection'], code: 'connection', message, spot: 'key' });
  }
  const errors: ProblemItem[] = [];
  checkOf(card.input)(step.with, '', { origin: 'literal', errors });
  for (const item of errors) reportInput(item, card.id, path, report);
};
