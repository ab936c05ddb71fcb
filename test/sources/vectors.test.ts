import { vectorSuite } from './vector-suite.ts';

vectorSuite();
