/** Reads the body of a post, up to what a post may have. */

/** What D1 takes in one go, when every character of it has to be escaped. */
export const MOST_BODY_BYTES = 1_000_000;
/** So much of what is too large is read and thrown away: who is still sending does not hear an answer. */
const MOST_THROWN_AWAY = 32_000_000;

export type ReadBody =
  | { readonly outcome: 'whole'; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly outcome: 'too_large' }
  /** the sender went away before the end */
  | { readonly outcome: 'cut_off'; readonly message: string };

const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> => {
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
};

/** Of a body that does not say how long it is. */
const readCounted = async (stream: ReadableStream<Uint8Array>): Promise<ReadBody> => {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.byteLength;
    if (length <= MOST_BODY_BYTES) chunks.push(next.value);
    if (length > MOST_THROWN_AWAY) break;
  }
  return length > MOST_BODY_BYTES
    ? { outcome: 'too_large' }
    : { outcome: 'whole', body: joined(chunks, length) };
};

export const readBody = async (request: Request): Promise<ReadBody> => {
  const { headers, body } = request;
  const announced = headers.has('Transfer-Encoding') ? null : headers.get('Content-Length');
  if (Number(announced) > MOST_BODY_BYTES) return { outcome: 'too_large' };
  try {
    // The runtime holds a body to the length that it was announced with.
    if (announced === null && body !== null) return await readCounted(body);
    return { outcome: 'whole', body: new Uint8Array(await request.arrayBuffer()) };
  } catch (error) {
    return { outcome: 'cut_off', message: error instanceof Error ? error.message : String(error) };
  }
};
