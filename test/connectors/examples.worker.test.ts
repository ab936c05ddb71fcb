import { describe } from 'vitest';
import { request } from '../../src/connectors/http.ts';
import { testExamples } from './example-suite.ts';

describe('the examples of action cards, inside workerd', () => {
  testExamples('http.request', request);
});
