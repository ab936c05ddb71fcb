/** Reads a form as browsers send it. */
import { refuse, type Refusal } from '../../domain/problem.ts';
import { isDecodable } from '../api/grouped.ts';
import { decode } from '../text-body.ts';
import { textsOf, type Texts } from '../../web/form/texts.ts';

/** Longer than anything that people type. */
const MOST_KB = 512;

export type Sent = { readonly ok: true; readonly texts: Texts } | Refusal;

/** Refuses `too_large`, `unsupported_media_type`, `malformed`. */
export const readSent = async (request: Request): Promise<Sent> => {
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    return refuse('unsupported_media_type', 'What came is not a form that this page has sent.');
  }
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MOST_KB * 1024) {
    return refuse('too_large', `The form holds more than ${MOST_KB} kB. Send less, perhaps in several runs.`);
  }
  const raw = decode(bytes);
  if (raw === undefined || !isDecodable(raw)) {
    return refuse('malformed', 'The form is not valid UTF-8.');
  }
  return { ok: true, texts: textsOf(new URLSearchParams(raw)) };
};
