/** Formats of text that fields may ask for. Calendars are checked: 30 February is no date. */

const isDate = (text: string): boolean => {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (parts === null) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.getUTCDate() === Number(parts[3]);
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d{1,9})?)?$/;
const OFFSET = /([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339: a date, a time with seconds, and an offset. */
const isDateTime = (text: string): boolean => {
  const time = text.slice(11).replace(OFFSET, '');
  const hasZone = OFFSET.test(text.slice(11));
  return (
    hasZone &&
    /^[Tt ]$/.test(text.charAt(10)) &&
    isDate(text.slice(0, 10)) &&
    /^..:..:/.test(time) &&
    TIME.test(time)
  );
};

/** What mail programs accept in a form: RFC 5321 lengths, no comments and no quoted names. */
const isEmail = (text: string): boolean =>
  text.length <= 254 &&
  text.indexOf('@') <= 64 &&
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+$/.test(text) &&
  !/^\.|\.\.|\.@/.test(text) &&
  isHostname(text.slice(text.indexOf('@') + 1));

const isHostname = (text: string): boolean =>
  text.length <= 253 &&
  text.split('.').every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));

const isIpv4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) &&
  text.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part);

const isIpv6 = (text: string): boolean =>
  /^[0-9A-Fa-f:.]{2,45}$/.test(text) && URL.canParse(`http://[${text}]/`);

interface Format {
  /** as a sentence names it: "must be …" */
  readonly title: string;
  readonly test: (text: string) => boolean;
}

export const FORMATS = {
  date: { title: 'a date such as 2026-11-23', test: isDate },
  time: { title: 'a time such as 09:30', test: (text) => TIME.test(text.replace(OFFSET, '')) },
  'date-time': { title: 'a time such as 2026-11-23T12:00:00Z', test: isDateTime },
  email: { title: 'an email address', test: isEmail },
  uri: {
    title: 'a URL such as https://example.com/',
    test: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text) && URL.canParse(text),
  },
  uuid: {
    title: 'a UUID',
    test: (text) => /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text),
  },
  hostname: { title: 'a host name', test: isHostname },
  ipv4: { title: 'an IPv4 address', test: isIpv4 },
  ipv6: { title: 'an IPv6 address', test: isIpv6 },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);
