/** What a step can see and where it stands: the surroundings against which its expressions are checked. */
import type { JsonObject } from '../domain/json.ts';

/** Variables of the run, of an item or round, or of a branch: a name first set in there is gone with it. */
export interface VarScope {
  readonly declared: Set<string>;
  readonly outer?: VarScope;
  /** Set from here, an outer variable would be set by several at a time: by what. */
  readonly crowd?: string;
}

export interface Scope {
  /** Steps that can be read, with the JSON Schema of their values (`{}`: anything). */
  readonly steps: Map<string, JsonObject>;
  /** Steps whose error can be read: those with `onError: continue`. */
  readonly errors: Set<string>;
  /** Ids of the loops around, for `items.<id>`. */
  readonly loops: readonly string[];
  readonly hasItem: boolean;
  readonly hasIndex: boolean;
  readonly inCatch: boolean;
  readonly isTop: boolean;
  /** Where `return` and `stop` would have to end what runs beside them: in what. */
  readonly crowd?: string;
  readonly vars: VarScope;
}

export const topScope = (): Scope => ({
  steps: new Map(),
  errors: new Set(),
  loops: [],
  hasItem: false,
  hasIndex: false,
  inCatch: false,
  isTop: true,
  vars: { declared: new Set() },
});

/** A block inside: it sees what is seen around it, and what it adds is its own. */
export const innerScope = (scope: Scope, more: Partial<Scope> = {}): Scope => ({
  ...scope,
  steps: new Map(scope.steps),
  errors: new Set(scope.errors),
  isTop: false,
  ...more,
});

const ownVars = (outer: VarScope, crowd?: string): VarScope => ({
  declared: new Set(),
  outer,
  ...(crowd === undefined ? {} : { crowd }),
});

export const itemScope = (
  scope: Scope,
  loop: { readonly id?: string; readonly concurrency: number },
): Scope => {
  const crowd = loop.concurrency > 1 ? 'a loop with concurrency above 1' : undefined;
  return innerScope(scope, {
    loops: loop.id === undefined ? scope.loops : [...scope.loops, loop.id],
    hasItem: true,
    hasIndex: true,
    vars: ownVars(scope.vars, crowd),
    ...(crowd === undefined ? {} : { crowd }),
  });
};

export const roundScope = (scope: Scope): Scope =>
  innerScope(scope, { hasIndex: true, vars: ownVars(scope.vars) });

export const branchScope = (scope: Scope): Scope => {
  const crowd = 'a branch of parallel';
  return innerScope(scope, { crowd, vars: ownVars(scope.vars, crowd) });
};

export const isSet = (vars: VarScope, name: string): boolean =>
  vars.declared.has(name) || (vars.outer !== undefined && isSet(vars.outer, name));

export const namesSet = (vars: VarScope): readonly string[] => [
  ...vars.declared,
  ...(vars.outer === undefined ? [] : namesSet(vars.outer)),
];

/** Sets a variable where it lives; returns the crowd that stands between, if there is one. */
export const declare = (vars: VarScope, name: string): string | undefined => {
  let crowd: string | undefined;
  for (let at: VarScope | undefined = vars; at !== undefined; at = at.outer) {
    if (at.declared.has(name)) return crowd;
    crowd ??= at.crowd;
  }
  vars.declared.add(name);
  return undefined;
};
