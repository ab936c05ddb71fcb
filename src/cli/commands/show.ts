/** `sluice show`: one run with every step. */
import { RunDetail, Step, Tree } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { drawRun } from '../draw-run.ts';
import { drawTree } from '../draw-tree.ts';
import { readList } from '../page.ts';

export const show = command({
  name: 'show',
  summary: 'one run: what it was given, each step, what came of it',
  takes: ['<run>'],
  options: {
    tree: { type: 'boolean', help: 'instead, the run with all that it has called' },
    steps: { type: 'boolean', help: 'with the whole inputs and outputs of each step, and its attempts' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const path = `/api/v1/runs/${encodeURIComponent(args[0] ?? '')}`;
    if (flags.tree === true) {
      const tree = await askApi(api, `${path}/tree`, { gives: Tree });
      if (isJson) terminal.out(JSON.stringify(tree));
      else drawTree(tree, terminal).forEach(terminal.out);
      return 'done';
    }
    const run = await askApi(api, path, { gives: RunDetail });
    const steps = await readList(api, `${path}/steps`, { item: Step });
    if (isJson) terminal.out(JSON.stringify({ ...run, steps }));
    else drawRun({ run, steps, isLong: flags.steps === true, terminal }).forEach(terminal.out);
    return 'done';
  },
});
