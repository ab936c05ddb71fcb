/** Every command of the terminal, in the order of the help. */
import type { Command } from './command.ts';
import { audit } from './commands/audit.ts';
import { cards } from './commands/cards.ts';
import { connectionsAdd, connectionsList, connectionsRemove } from './commands/connections.ts';
import { cancel, retry, settle } from './commands/control.ts';
import { eventsReplay } from './commands/events-replay.ts';
import { eventsTest } from './commands/events-test.ts';
import { eventsList, eventsShow } from './commands/events.ts';
import { flowsPull, flowsPush } from './commands/flows-move.ts';
import { flowsArchive, flowsDisable, flowsEnable } from './commands/flows-status.ts';
import { flowsCheck, flowsDiff, flowsList } from './commands/flows.ts';
import { grantsAdd, grantsEnd, grantsList } from './commands/grants.ts';
import { run } from './commands/run.ts';
import { runsChildren } from './commands/runs-children.ts';
import { runs } from './commands/runs.ts';
import { schedulesBackfill } from './commands/schedules-backfill.ts';
import { schedulesPreview } from './commands/schedules-preview.ts';
import {
  schedulesList,
  schedulesPause,
  schedulesResume,
  schedulesRun,
  schedulesShow,
} from './commands/schedules.ts';
import { secretsList, secretsRemove, secretsSet } from './commands/secrets.ts';
import { show } from './commands/show.ts';
import { sourcesAdd, sourcesRetire, sourcesRotate } from './commands/sources-add.ts';
import { sourcesKinds } from './commands/sources-kinds.ts';
import { sourcesList, sourcesPause, sourcesRemove, sourcesResume, sourcesShow } from './commands/sources.ts';
import { tokensCreate, tokensList, tokensRevoke } from './commands/tokens.ts';

export const COMMANDS: readonly Command[] = [
  run,
  runs,
  runsChildren,
  show,
  cancel,
  retry,
  settle,
  flowsList,
  flowsCheck,
  flowsPush,
  flowsPull,
  flowsDiff,
  flowsEnable,
  flowsDisable,
  flowsArchive,
  schedulesPreview,
  schedulesList,
  schedulesShow,
  schedulesPause,
  schedulesResume,
  schedulesRun,
  schedulesBackfill,
  sourcesKinds,
  sourcesAdd,
  sourcesList,
  sourcesShow,
  sourcesRotate,
  sourcesRetire,
  sourcesPause,
  sourcesResume,
  sourcesRemove,
  eventsList,
  eventsShow,
  eventsReplay,
  eventsTest,
  cards,
  connectionsList,
  connectionsAdd,
  connectionsRemove,
  secretsList,
  secretsSet,
  secretsRemove,
  grantsList,
  grantsAdd,
  grantsEnd,
  tokensList,
  tokensCreate,
  tokensRevoke,
  audit,
];
