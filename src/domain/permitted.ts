/** Who may run a delegated flow, as files and grants write it: an address, `group:<name>` or `domain:<host>`. */

/** As much of a person as the question needs; the address is verified and in lower case. */
export interface Asking {
  readonly email: string | null;
  readonly groups: readonly string[];
}

const HOST = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+';
const WHO = new RegExp(`^(?:group:\\S(?:.{0,198}\\S)?|domain:${HOST}|[^\\s@:]{1,64}@${HOST})$`, 'u');

/** Addresses and domains are compared in lower case, groups as they are. */
export const normaliseWho = (text: string): string => (text.startsWith('group:') ? text : text.toLowerCase());

export const isWho = (text: string): boolean => text.length <= 254 && WHO.test(normaliseWho(text));

export const WHO_IS = 'must be an address, group:<name> or domain:<host>';

/** Every way in which a person can be meant. */
export const namesOf = ({ email, groups }: Asking): readonly string[] => {
  const byGroup = groups.map((group) => `group:${group}`);
  // The domain is that of the whole address: a person of eu.example.com is not one of example.com.
  return email === null ? byGroup : [email, `domain:${email.slice(email.lastIndexOf('@') + 1)}`, ...byGroup];
};

export const isPermitted = (allow: readonly string[], person: Asking): boolean => {
  const names = new Set(namesOf(person));
  return allow.some((who) => names.has(normaliseWho(who)));
};
