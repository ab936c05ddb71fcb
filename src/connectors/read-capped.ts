/** Reads the body of an answer and stops at a size, counted after decompression, or when the signal says so. */

export interface Capped {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isTruncated: boolean;
}

const join = (chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** Throws the signal's reason when it is aborted, and what the stream throws. */
export const readCapped = async (
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Capped> => {
  signal.throwIfAborted();
  if (response.body === null) return { bytes: new Uint8Array(0), isTruncated: false };
  const reader = response.body.getReader();
  // A body that is given up may end in whatever error it likes: nobody reads it any more.
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return { bytes: join(chunks, size), isTruncated: false };
      chunks.push(value);
      size += value.length;
      if (size <= maxBytes) continue;
      stop();
      return { bytes: join(chunks, maxBytes), isTruncated: true };
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
