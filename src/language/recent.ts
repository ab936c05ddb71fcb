/** Remembers what was made for the most recently asked keys. */

export const remember = <V>(most: number, make: (key: string) => V): ((key: string) => V) => {
  // A map keeps its keys in the order in which they were set.
  const known = new Map<string, V>();
  return (key) => {
    const value = known.has(key) ? (known.get(key) as V) : make(key);
    known.delete(key);
    known.set(key, value);
    if (known.size > most) {
      const oldest = known.keys().next();
      if (oldest.done !== true) known.delete(oldest.value);
    }
    return value;
  };
};
