/**
 * A flow as the API speaks it and the engine walks it: parsed, checked and normalised. The text that users write is
 * read by `language/`; what stands here has no abbreviations left, every default filled in and every step a `kind`.
 *
 * A `Template` is JSON whose texts may hold `${{ expression }}`; a `Condition` is one expression without the braces.
 */
import type { Json, JsonObject } from './json.ts';
import type { ScheduleTrigger } from './schedule.ts';

export type { ScheduleTrigger } from './schedule.ts';

export type Template = Json;
export type Condition = string;

/** A JSON Schema property, plus `optional`, `secret` and `widget`. Several types: `[string, "null"]`. */
export interface Field extends JsonObject {
  readonly type: string | readonly string[];
}
export type Fields = Readonly<Record<string, Field>>;

export type TriggerKind = 'schedule' | 'event' | 'manual' | 'api' | 'helper' | 'delegated';
export const TRIGGER_KINDS = ['schedule', 'event', 'manual', 'api', 'helper', 'delegated'] as const;

export interface ApiTrigger {
  readonly kind: 'api';
  readonly auth: 'public' | 'token' | 'oauth';
  readonly issuer?: string;
  readonly audience?: string;
  readonly scopes?: readonly string[];
  readonly methods: readonly ('GET' | 'POST')[];
  readonly reply: 'wait' | 'accept';
  /** at most 60,000 */
  readonly waitMs: number;
  /** whether the token may stand in the address, where logs keep it */
  readonly tokenInQuery: boolean;
  readonly rateLimit?: { readonly requests: number; readonly perMs: number };
}
export interface EventTrigger {
  readonly kind: 'event';
  readonly source: string;
  readonly types: readonly string[];
  readonly where?: Condition;
  readonly key?: Template;
  readonly settleMs?: number;
  /** also events that our own connections caused; without it they start nothing */
  readonly selfCaused?: boolean;
}
export interface DelegatedTrigger {
  readonly kind: 'delegated';
  readonly allow: readonly string[];
  readonly confirm?: string;
}
export type Trigger =
  | { readonly kind: 'manual' }
  | { readonly kind: 'helper' }
  | ApiTrigger
  | ScheduleTrigger
  | EventTrigger
  | DelegatedTrigger;

export interface Retry {
  /** attempts in all, the first included */
  readonly attempts: number;
  readonly delayMs: number;
  readonly backoff: number;
  /** `429`, `5xx`, `timeout`, or the code of an error */
  readonly on: readonly string[];
}
export type OnError = 'fail' | 'continue';
/** Failures of up to so many items, or of such a share (0 to 1), are passed over. */
export type Tolerance = OnError | { readonly items: number } | { readonly share: number };

interface StepBase {
  /** Its own id; without one the steps after it cannot refer to it. */
  readonly id?: string;
  readonly title?: string;
  readonly note?: string;
  readonly when?: Condition;
}
export interface CardStep extends StepBase {
  readonly kind: 'card';
  readonly card: string;
  readonly connection?: string;
  readonly with: { readonly [key: string]: Template };
  readonly retry?: Retry;
  readonly timeoutMs: number;
  readonly onError: OnError;
}
export interface CallStep extends StepBase {
  readonly kind: 'call';
  /** name of a flow with a trigger of kind helper */
  readonly call: string;
  /** pinned; else the version in force when the step begins */
  readonly version?: number;
  readonly with: { readonly [key: string]: Template };
  /** does not wait: the value is `{ run }` */
  readonly async: boolean;
  /** how long to wait for its end; without one, as long as it may take */
  readonly timeoutMs?: number;
  readonly onError: OnError;
}
export interface SetStep extends StepBase {
  readonly kind: 'set';
  readonly set: { readonly [name: string]: Template };
}
export interface IfStep extends StepBase {
  readonly kind: 'if';
  /** `if` and each `elseIf`, in order */
  readonly branches: readonly { readonly if: Condition; readonly then: Block }[];
  readonly else?: Block;
}
export interface TryStep extends StepBase {
  readonly kind: 'try';
  readonly try: Block;
  readonly catch?: Block;
  readonly finally?: Block;
}
export interface ForEachStep extends StepBase {
  readonly kind: 'forEach';
  readonly items: Template;
  readonly concurrency: number;
  readonly onError: Tolerance;
  readonly do: Block;
}
export interface WhileStep extends StepBase {
  readonly kind: 'while';
  readonly while: Condition;
  readonly limit: number;
  readonly do: Block;
}
export interface ParallelStep extends StepBase {
  readonly kind: 'parallel';
  readonly branches: Readonly<Record<string, Block>>;
  readonly onError: OnError;
}
export interface WaitStep extends StepBase {
  readonly kind: 'wait';
  /** a duration (`3d`, or a number of seconds from an expression), or a time */
  readonly wait: { readonly for: Template } | { readonly until: Template };
}
export interface RespondStep extends StepBase {
  readonly kind: 'respond';
  /** `status`, `headers`, `body` */
  readonly respond: { readonly [key: string]: Template };
}
/** The five outcomes: what leaves a block before its end. */
export interface LeaveStep extends StepBase {
  readonly kind: 'yield' | 'next' | 'return' | 'stop' | 'fail';
  readonly value: Template;
}
export type Step =
  | CardStep
  | CallStep
  | SetStep
  | IfStep
  | TryStep
  | ForEachStep
  | WhileStep
  | ParallelStep
  | WaitStep
  | RespondStep
  | LeaveStep;
export type Block = readonly Step[];
export type StepKind = Step['kind'];

export interface Settings {
  readonly history: 'full' | 'masked' | 'none';
  readonly timeoutMs: number;
  readonly timezone: string;
  readonly onFailure?: string;
  readonly lane?: 'own';
}

export interface Flow {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly trigger: Trigger;
  readonly inputs: Fields;
  /** undefined when the flow declares none: then `return` is passed on as it is */
  readonly outputs?: Fields;
  readonly steps: Block;
  readonly settings: Settings;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_RUN_TIMEOUT_MS = 30 * 86_400_000;

/** The last segment of a step's path: its id, or its place in the block. */
export const segmentOf = (step: Step, index: number): string => step.id ?? `#${index}`;

/** `name@version`, as pages, tokens and records write it. Version 0 is a file that was never saved. */
export const versioned = (name: string, version: number): string => `${name}@${version}`;

/** A sentence about a place in a flow's text; lines and columns count from 1. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** JSON path into the document: `steps[2].with.url` */
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}
export type Parsed =
  | { readonly ok: true; readonly flow: Flow; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const FLOW_NAME = /^(?=.{1,100}$)[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/;
/** What a `call` names: a flow, or one version of it. */
export const CALLED_FLOW = /^([a-z0-9][a-z0-9/-]{0,99})(?:@([1-9]\d{0,8}))?$/;
export const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
