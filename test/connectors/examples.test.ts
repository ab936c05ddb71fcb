import { describe } from 'vitest';
import { isPure } from '../../src/domain/card.ts';
import * as http from '../../src/connectors/http.ts';
import { testExamples } from './example-suite.ts';

describe('the examples of action cards', () => {
  for (const [name, card] of Object.entries(http)) {
    if (!isPure(card)) testExamples(`http.${name}`, card);
  }
});
