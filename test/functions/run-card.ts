/** Runs one card as the engine does: the input parsed by the card, clock and chance given. */
import { cards } from '../../src/cards.ts';
import { isPure, type PureContext } from '../../src/domain/card.ts';

const FIXED: PureContext = { now: Date.parse('2026-11-23T12:00:00Z'), random: () => 0.5 };

export const runCard = async (id: string, input: unknown, context: PureContext = FIXED): Promise<unknown> => {
  const card = cards.get(id);
  if (card === undefined || !isPure(card)) throw new Error(`There is no pure card ${id}`);
  return card.run(card.input.parse(input), context);
};
