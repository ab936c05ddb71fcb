#!/usr/bin/env node
/** `sluice`: the terminal. npm and npx put the project's own Node first in the path, which runs this file as it is. */
import { sluice } from './sluice.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await sluice(process.argv.slice(2), processTerminal());
