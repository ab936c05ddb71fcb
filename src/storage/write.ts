/** What every change of a named row says, and what comes of it. */
export interface Write {
  /** who writes, as the history names them */
  readonly by: string;
  /** ms since the epoch */
  readonly now: number;
}

export interface Put {
  readonly ok: true;
  readonly outcome: 'created' | 'replaced';
}
