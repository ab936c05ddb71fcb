/** Controls of a form that are ours and no input of the flow: their names begin with `_`, which no field's name does. */
export const CSRF = '_csrf';
export const FORM_KEY = '_key';
export const CONFIRMED = '_confirmed';

const OWN: ReadonlySet<string> = new Set([CSRF, FORM_KEY, CONFIRMED]);

export const isOwnControl = (name: string): boolean => OWN.has(name);
